using System.Text;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>A piece of an assistant's message.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Text, a tool's name, a fragment of arguments, or reasoning.</param>
internal readonly record struct MessagePart(MessagePartKind Kind, string Text);

/// <summary>What a piece of a message is.</summary>
internal enum MessagePartKind
{
    /// <summary>Text for the reader.</summary>
    Text,

    /// <summary>A call of the tool with this name begins.</summary>
    Call,

    /// <summary>A fragment of the arguments of the latest call.</summary>
    Arguments,

    /// <summary>What the model thinks before it answers.</summary>
    Reasoning,
}

/// <summary>Takes the calls of tools out of a completion as it comes.</summary>
/// <remarks>
/// Marks may be split anywhere: text that could begin one is held back until it is decided. Arguments are passed on as
/// they come, once the tool's name is known. What begins like a call and is none stays text.
/// </remarks>
/// <param name="syntax">How the model writes calls.</param>
/// <param name="allowsSeveral">If not, what follows the first call is dropped.</param>
internal sealed class ToolCallReader(ToolCallSyntax syntax, bool allowsSeveral)
{
    /// <summary>What stands between calls where the syntax has no mark for their end.</summary>
    private const string Separators = " \t\r\n;";

    private readonly StringBuilder _held = new();
    private ToolCallScanner? _call;
    private bool _awaitsEnd;
    private bool _afterCall;

    /// <summary>Calls begun so far.</summary>
    public int Calls { get; private set; }

    /// <summary>Takes further text and adds the pieces that are decided.</summary>
    public void Read(string text, List<MessagePart> parts)
    {
        _held.Append(text);
        while (_held.Length > 0 && Advance(parts))
        {
        }
    }

    /// <summary>Adds what was held back, once the completion has ended.</summary>
    public void End(List<MessagePart> parts)
    {
        string rest = _held.ToString();
        _held.Clear();
        if (_call is not null && !_awaitsEnd && !_call.HasName)
        {
            rest = syntax.Begin + _call.Raw + rest;
        }
        else if (_call is not null)
        {
            rest = "";
        }

        _call = null;
        AddText(rest, parts);
    }

    /// <summary>Decides about the beginning of what is held; false if more must come first.</summary>
    private bool Advance(List<MessagePart> parts) =>
        _awaitsEnd ? PassEnd() : _call is not null ? ReadCall(parts) : ReadText(parts);

    private bool ReadText(List<MessagePart> parts)
    {
        string held = _held.ToString();
        if (_afterCall && syntax.End.Length == 0)
        {
            int first = held.AsSpan().IndexOfAnyExcept(Separators);
            if (first < 0)
            {
                return false;
            }

            if (held[first] == '{')
            {
                _held.Remove(0, first);
                _call = new ToolCallScanner(syntax.ArgumentsName);
                return true;
            }
        }

        int begin = held.IndexOf(syntax.Begin, StringComparison.Ordinal);
        if (begin >= 0)
        {
            AddText(held[..begin], parts);
            _held.Remove(0, begin + syntax.Begin.Length);
            _call = new ToolCallScanner(syntax.ArgumentsName);
            return true;
        }

        int decided = held.Length - TextMarks.Overlap(held, syntax.Begin);
        if (_afterCall && string.IsNullOrWhiteSpace(held[..decided]))
        {
            return false;
        }

        AddText(held[..decided], parts);
        _held.Remove(0, decided);
        return false;
    }

    private bool ReadCall(List<MessagePart> parts)
    {
        bool known = _call!.HasName;
        int consumed = _call.Read(_held.ToString(), out string arguments);
        _held.Remove(0, consumed);
        if (_call.IsMalformed)
        {
            return GiveUp(parts);
        }

        if (!known && _call.HasName)
        {
            Calls++;
            Add(new MessagePart(MessagePartKind.Call, _call.Name), parts);
        }

        if (arguments.Length > 0)
        {
            Add(new MessagePart(MessagePartKind.Arguments, arguments), parts);
        }

        if (!_call.IsComplete)
        {
            return false;
        }

        _awaitsEnd = syntax.End.Length > 0;
        if (!_awaitsEnd)
        {
            FinishCall();
        }

        return true;
    }

    /// <summary>What was no call becomes text, unless clients have been told that it is one.</summary>
    private bool GiveUp(List<MessagePart> parts)
    {
        string raw = _call!.HasName ? "" : syntax.Begin + _call.Raw;
        _call = null;
        AddText(raw, parts);
        return true;
    }

    private bool PassEnd()
    {
        string held = _held.ToString();
        string end = syntax.End.TrimStart();
        string trimmed = held.TrimStart();
        if (trimmed.Length < end.Length && end.StartsWith(trimmed, StringComparison.Ordinal))
        {
            return false;
        }

        bool there = trimmed.StartsWith(end, StringComparison.Ordinal);
        _held.Remove(0, held.Length - trimmed.Length + (there ? end.Length : 0));
        FinishCall();
        return true;
    }

    private void FinishCall()
    {
        _call = null;
        _awaitsEnd = false;
        _afterCall = true;
    }

    private void AddText(string text, List<MessagePart> parts)
    {
        if (text.Length > 0 && !(_afterCall && string.IsNullOrWhiteSpace(text)))
        {
            Add(new MessagePart(MessagePartKind.Text, text), parts);
        }
    }

    private void Add(MessagePart part, List<MessagePart> parts)
    {
        bool dropped = !allowsSeveral && (Calls > 1 || (Calls == 1 && _afterCall));
        if (!dropped)
        {
            parts.Add(part);
        }
    }
}
