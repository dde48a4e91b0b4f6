using System.Text;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>One choice of an assistant's message as it comes: text and calls of tools told apart.</summary>
/// <param name="tools">Tools that may be called.</param>
/// <param name="syntax">How calls are written; null where there are no tools.</param>
internal sealed class ChatMessage(ToolOffer tools, ToolCallSyntax? syntax)
{
    private readonly ToolCallReader? _reader =
        tools.IsEmpty || syntax is null ? null : new ToolCallReader(syntax, tools.AllowsSeveral);

    private readonly List<MessagePart> _parts = [];

    /// <summary>Whether a tool is called.</summary>
    public bool Calls => _reader?.Calls > 0;

    /// <summary>Why the choice ended, in OpenAI's words; null while it goes on.</summary>
    public string? FinishReason { get; private set; }

    /// <summary>The stop string that ended the choice, or that somebody did; null otherwise.</summary>
    public string? StopReason { get; private set; }

    /// <summary>Number of the latest call, from 0; −1 before the first.</summary>
    public int LatestCall { get; private set; } = -1;

    /// <summary>The number of a call that begins.</summary>
    public int NextCall() => ++LatestCall;

    /// <summary>The pieces that an update decides; valid until the next call.</summary>
    public List<MessagePart> Read(CompletionUpdate update)
    {
        _parts.Clear();
        if (_reader is not null)
        {
            _reader.Read(update.Text, _parts);
        }
        else if (update.Text.Length > 0)
        {
            _parts.Add(new MessagePart(MessagePartKind.Text, update.Text));
        }

        if (update.FinishReason is { } reason)
        {
            _reader?.End(_parts);
            FinishReason = NameOf(reason, Calls);
            StopReason = reason == Abstractions.Engine.FinishReason.Aborted ? "aborted" : update.StopString;
        }

        return _parts;
    }

    /// <summary>OpenAI's word for the reason: its clients refuse any other.</summary>
    public static string NameOf(FinishReason reason, bool calls) => reason switch
    {
        Abstractions.Engine.FinishReason.Length => "length",
        _ when calls => "tool_calls",
        _ => "stop",
    };
}

/// <summary>A choice of a whole answer.</summary>
internal sealed class ChatChoice(ChatMessage message)
{
    private readonly StringBuilder _text = new();
    private readonly List<(string Id, string Name, StringBuilder Arguments)> _calls = [];
    private readonly List<TokenScore> _scores = [];
    private readonly List<int> _tokenIds = [];

    public ChatMessage Message => message;

    public string Text => _text.ToString();

    public IReadOnlyList<(string Id, string Name, StringBuilder Arguments)> Calls => _calls;

    public IReadOnlyList<TokenScore> Scores => _scores;

    public IReadOnlyList<int> TokenIds => _tokenIds;

    public void Add(CompletionUpdate update)
    {
        foreach (MessagePart part in message.Read(update))
        {
            switch (part.Kind)
            {
                case MessagePartKind.Text:
                    _text.Append(part.Text);
                    break;
                case MessagePartKind.Call:
                    _calls.Add((InferenceCall.NewId("call_"), part.Text, new StringBuilder()));
                    break;
                default:
                    _calls[^1].Arguments.Append(part.Text);
                    break;
            }
        }

        _scores.AddRange(update.Scores);
        _tokenIds.AddRange(update.TokenIds);
    }
}
