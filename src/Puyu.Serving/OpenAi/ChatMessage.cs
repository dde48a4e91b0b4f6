using System.Text;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>One choice of an assistant's message as it comes: reasoning, text and calls of tools told apart.</summary>
/// <param name="tools">Tools that may be called.</param>
/// <param name="reasoning">Whether there may be reasoning.</param>
/// <param name="engine">Knows how calls are written.</param>
internal sealed class ChatMessage(ToolOffer tools, ReasoningMode reasoning, IInferenceEngine engine)
{
    private readonly ToolCallReader? _reader =
        tools.IsEmpty || engine.Card.ToolCalls is not { } syntax
            ? null
            : new ToolCallReader(syntax, tools.AllowsSeveral);

    private readonly ReasoningReader? _reasoning =
        reasoning == ReasoningMode.Off ? null : new ReasoningReader(reasoning == ReasoningMode.Open);

    private readonly List<MessagePart> _parts = [];

    /// <summary>Whether a tool is called.</summary>
    public bool Calls => _reader?.Calls > 0;

    /// <summary>Tokens of the reasoning so far.</summary>
    public int ReasoningTokens => _reasoning?.Tokens ?? 0;

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
        Add(_reasoning?.Read(update, engine.Decode) ?? ("", update.Text));
        if (update.FinishReason is { } reason)
        {
            Add(_reasoning?.Finish() ?? ("", ""));
            _reader?.End(_parts);
            FinishReason = NameOf(reason, Calls);
            StopReason = reason == Abstractions.Engine.FinishReason.Aborted ? "aborted" : update.StopString;
        }

        return _parts;
    }

    private void Add((string Reasoning, string Answer) piece)
    {
        if (piece.Reasoning.Length > 0)
        {
            _parts.Add(new MessagePart(MessagePartKind.Reasoning, piece.Reasoning));
        }

        if (_reader is not null)
        {
            _reader.Read(piece.Answer, _parts);
        }
        else if (piece.Answer.Length > 0)
        {
            _parts.Add(new MessagePart(MessagePartKind.Text, piece.Answer));
        }
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
    private readonly StringBuilder _reasoning = new();
    private readonly List<(string Id, string Name, StringBuilder Arguments)> _calls = [];
    private readonly List<TokenScore> _scores = [];
    private readonly List<int> _tokenIds = [];

    public ChatMessage Message => message;

    public string Text => _text.ToString();

    public string Reasoning => _reasoning.ToString();

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
                case MessagePartKind.Reasoning:
                    _reasoning.Append(part.Text);
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
