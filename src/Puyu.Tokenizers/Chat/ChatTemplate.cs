using System.Text;

namespace Puyu.Tokenizers.Chat;

/// <summary>
/// How a family of chat models writes a conversation: as text, as token ids, and which of them a model learns to say.
/// </summary>
/// <remarks>
/// Special ids come from the template alone: contents and names are encoded as untrusted text, so a user who types
/// <c>&lt;|im_end|&gt;</c> ends nothing. See docs/chat-templates.md. Immutable; may be shared by threads.
/// </remarks>
public sealed class ChatTemplate
{
    private readonly ChatFormat _format;
    private readonly ChatWriter _writer;

    private ChatTemplate(ChatFormat format)
    {
        _format = format;
        _writer = new ChatWriter(format);
    }

    /// <summary>InternLM2 and later, with tools, code interpreter and files.</summary>
    public static ChatTemplate InternLm2 { get; } = new(ChatFormats.InternLm2);

    /// <summary>InternLM of the first generation.</summary>
    public static ChatTemplate InternLm { get; } = new(ChatFormats.InternLm);

    /// <summary>ChatML without a beginning-of-text token.</summary>
    public static ChatTemplate ChatMl { get; } = new(ChatFormats.ChatMl);

    /// <summary>Qwen 2 and later; no system message is made up where none is given.</summary>
    public static ChatTemplate Qwen { get; } = new(ChatFormats.Qwen);

    /// <summary>Llama 2: user and assistant in turn, the system message inside the first user message.</summary>
    public static ChatTemplate Llama2 { get; } = new(ChatFormats.Llama2);

    /// <summary>Llama 3.</summary>
    public static ChatTemplate Llama3 { get; } = new(ChatFormats.Llama3);

    /// <summary>Mistral: the system message inside the first user message.</summary>
    public static ChatTemplate Mistral { get; } = new(ChatFormats.Mistral);

    /// <summary>DeepSeek 3, and models distilled from it.</summary>
    public static ChatTemplate DeepSeek { get; } = new(ChatFormats.DeepSeek);

    /// <summary>DeepSeek's models that reason: a prompt ends in <c>&lt;think&gt;</c>.</summary>
    public static ChatTemplate DeepSeekR1 { get; } = new(ChatFormats.DeepSeekR1);

    /// <summary>All templates.</summary>
    public static IReadOnlyList<ChatTemplate> All { get; } =
        [InternLm2, InternLm, ChatMl, Qwen, Llama2, Llama3, Mistral, DeepSeek, DeepSeekR1];

    /// <summary>The name that <see cref="ByName"/> knows.</summary>
    public string Name => _format.TemplateName;

    /// <summary>
    /// The template in Jinja, for other programs; null where none is kept. Programs that render it to text and encode
    /// that cannot tell contents from markers, as <see cref="Encode(Tokenizer, IReadOnlyList{ChatMessage})"/> does.
    /// </summary>
    public string? Jinja => _format.Jinja;

    /// <summary>The roles that messages may have.</summary>
    public IReadOnlyCollection<string> Roles => [.. _format.FoldedSystem is null
        ? _format.Roles.Keys
        : _format.Roles.Keys.Prepend("system")];

    /// <summary>
    /// The special tokens that end an answer, as text. A tokenizer's own end-of-text token ends it too.
    /// </summary>
    public IReadOnlyList<string> StopTokens => _format.StopTokens;

    /// <summary>How the template writes calls of tools; null where the family was not made for them.</summary>
    public ToolCallFormat? ToolCalls => _format.Tools is { } tools && _format.Actions["plugin"] is var call
        ? new ToolCallFormat(call.Header, call.Suffix, tools.ArgumentsName)
        : null;

    /// <summary>Finds a template; a trailing <c>_chat</c> is ignored, as in "internlm2_chat".</summary>
    /// <exception cref="ArgumentException">No template has the name; lists those there are.</exception>
    public static ChatTemplate ByName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        string wanted = name.EndsWith("_chat", StringComparison.Ordinal) ? name[..^"_chat".Length] : name;
        return All.FirstOrDefault(template => template.Name == wanted) ?? throw new ArgumentException(
            $"chat template is '{name}' but must be one of {string.Join(", ", All.Select(template => template.Name))}",
            nameof(name));
    }

    /// <summary>
    /// The template of the family whose markers a Jinja template writes; null where none is known. What the Jinja says
    /// beyond markers, such as a default system message, is not heeded.
    /// </summary>
    /// <param name="jinja">As models come with it: see <see cref="ChatTemplateFile"/>.</param>
    public static ChatTemplate? FindByJinja(string jinja)
    {
        ArgumentNullException.ThrowIfNull(jinja);
        return ChatTemplateMarkers.Find(jinja);
    }

    /// <summary>Writes a whole conversation as text.</summary>
    /// <exception cref="ArgumentException">
    /// A message has a role, name or action that the template lacks, or is out of turn.
    /// </exception>
    public string Render(IReadOnlyList<ChatMessage> messages) => Join(_writer.Write(messages, []));

    /// <summary>Writes a conversation as text, up to where the assistant's next answer begins.</summary>
    /// <exception cref="ArgumentException">As for <see cref="Render"/>.</exception>
    public string RenderPrompt(IReadOnlyList<ChatMessage> messages) => RenderPrompt(messages, []);

    /// <summary>Writes a prompt whose assistant is told of tools.</summary>
    /// <param name="messages">What was said.</param>
    /// <param name="tools">
    /// Each a JSON object with <c>name</c>, <c>description</c> and <c>parameters</c>; untrusted text.
    /// </param>
    /// <exception cref="ArgumentException">As for <see cref="Render"/>, or the template has no tools.</exception>
    public string RenderPrompt(IReadOnlyList<ChatMessage> messages, IReadOnlyList<string> tools) =>
        Join(_writer.WritePrompt(messages, tools));

    /// <summary>Encodes a whole conversation, for training.</summary>
    /// <exception cref="ArgumentException">
    /// As for <see cref="Render"/>, or the tokenizer lacks a special token of the template.
    /// </exception>
    public RenderedChat Encode(Tokenizer tokenizer, IReadOnlyList<ChatMessage> messages) =>
        Encode(tokenizer, _writer.Write(messages, []));

    /// <summary>Encodes a conversation up to where the assistant's next answer begins.</summary>
    /// <exception cref="ArgumentException">
    /// As for <see cref="Encode(Tokenizer, IReadOnlyList{ChatMessage})"/>.
    /// </exception>
    public int[] EncodePrompt(Tokenizer tokenizer, IReadOnlyList<ChatMessage> messages) =>
        EncodePrompt(tokenizer, messages, []);

    /// <summary>Encodes a prompt whose assistant is told of tools.</summary>
    /// <exception cref="ArgumentException">
    /// As for <see cref="Encode(Tokenizer, IReadOnlyList{ChatMessage})"/>, or the template has no tools.
    /// </exception>
    public int[] EncodePrompt(Tokenizer tokenizer, IReadOnlyList<ChatMessage> messages, IReadOnlyList<string> tools) =>
        Encode(tokenizer, _writer.WritePrompt(messages, tools)).Ids;

    /// <summary>
    /// Encodes what follows an answer whose tokens are kept: its end, further messages, and where the next answer
    /// begins. The tokens before stay as they are.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// As for <see cref="Encode(Tokenizer, IReadOnlyList{ChatMessage})"/>.
    /// </exception>
    public int[] EncodeContinuation(Tokenizer tokenizer, IReadOnlyList<ChatMessage> messages) =>
        Encode(tokenizer, _writer.WriteContinuation(messages), startsText: false).Ids;

    /// <summary>
    /// The special tokens that the tokenizer keeps under a spare name, as the template writes them.
    /// </summary>
    public IReadOnlyDictionary<int, string> AliasedTokens(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var texts = new Dictionary<int, string>();
        foreach ((string literal, string alias) in _format.Aliases)
        {
            if (!tokenizer.SpecialTokens.ContainsKey(literal)
                && tokenizer.SpecialTokens.TryGetValue(alias, out int id))
            {
                texts.Add(id, literal);
            }
        }

        return texts;
    }

    /// <summary>
    /// The ids that end an answer: the template's stop tokens that the tokenizer has, and its end of text.
    /// </summary>
    /// <exception cref="ArgumentException">The tokenizer has none of them: an answer would never end.</exception>
    public int[] StopIds(Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var ids = new List<int>();
        foreach (string stop in _format.StopTokens)
        {
            if (FindSpecial(tokenizer, stop) is int id)
            {
                ids.Add(id);
            }
        }

        if (tokenizer.EosId is int eos && !ids.Contains(eos))
        {
            ids.Add(eos);
        }

        return ids.Count > 0 ? [.. ids] : throw new ArgumentException(
            $"the tokenizer has no end-of-text token and none of the stop tokens of chat template {Name}",
            nameof(tokenizer));
    }

    private RenderedChat Encode(Tokenizer tokenizer, List<ChatRun> runs, bool startsText = true)
    {
        ArgumentNullException.ThrowIfNull(tokenizer);
        var ids = new TokenBuffer();
        var trained = new List<bool>();
        var text = new StringBuilder();
        for (int i = 0; i < runs.Count; i++)
        {
            ChatRun run = runs[i];
            if (SpecialId(tokenizer, run) is int id)
            {
                ids.Add(id);
                startsText = run.Kind == ChatRunKind.Bos;
            }
            else
            {
                // Neighbouring texts are one text to the tokenizer, so that its merges do not stop between them.
                text.Append(run.Text);
                if (i + 1 < runs.Count && runs[i + 1].IsTrained == run.IsTrained
                    && SpecialId(tokenizer, runs[i + 1]) is null)
                {
                    continue;
                }

                tokenizer.AppendText(text.ToString(), ids, startsText);
                text.Clear();
                startsText = false;
            }

            while (trained.Count < ids.Count)
            {
                trained.Add(run.IsTrained);
            }
        }

        return new RenderedChat(ids.ToArray(), [.. trained]);
    }

    /// <returns>Null for what is ordinary text.</returns>
    private int? SpecialId(Tokenizer tokenizer, ChatRun run) => run.Kind switch
    {
        ChatRunKind.Bos => tokenizer.BosId ?? throw Lacks("a beginning-of-text token"),
        ChatRunKind.Eos => tokenizer.EosId ?? throw Lacks("an end-of-text token"),
        ChatRunKind.Special => FindSpecial(tokenizer, run.Text) ?? throw Lacks($"the special token {run.Text}"),
        ChatRunKind.SpecialIfKnown => FindSpecial(tokenizer, run.Text),
        _ => null,
    };

    private ArgumentException Lacks(string what) =>
        new($"chat template {Name} needs {what} but the tokenizer has none");

    private int? FindSpecial(Tokenizer tokenizer, string literal) =>
        tokenizer.SpecialTokens.TryGetValue(literal, out int id)
        || (_format.Aliases.TryGetValue(literal, out string? alias)
            && tokenizer.SpecialTokens.TryGetValue(alias, out id)) ? id : null;

    private static string Join(List<ChatRun> runs) => string.Concat(runs.Select(run => run.Text));
}
