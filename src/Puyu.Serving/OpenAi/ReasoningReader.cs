using System.Text;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Tells the reasoning at the beginning of a completion from what follows, as it comes.</summary>
/// <remarks>
/// Marks may be split anywhere: text that could be part of one is held back until it is decided. White space behind the
/// marks and before the last belongs to neither.
/// </remarks>
/// <param name="isOpen">Whether the completion begins within the reasoning.</param>
internal sealed class ReasoningReader(bool isOpen)
{
    public const string Begin = "<think>";
    public const string End = "</think>";

    private readonly StringBuilder _held = new();
    private Place _place;
    private bool _hasReasoning;
    private bool _hasBegun;
    private int _tokens;

    /// <summary>What a completion is made of, in this order; each part may be missing.</summary>
    private enum Place
    {
        BeforeMark,
        Reasoning,
        BeforeAnswer,
        Answer,
    }

    /// <summary>Whether the completion stands before the end of its reasoning, or where some may begin.</summary>
    private bool IsUndecided => _place <= Place.Reasoning;

    /// <summary>Tokens of the reasoning so far, its marks included.</summary>
    public int Tokens => _hasReasoning ? _tokens : 0;

    /// <summary>Takes an update's text.</summary>
    /// <param name="update">The update.</param>
    /// <param name="decode">Turns token ids into text, special tokens included.</param>
    /// <returns>Reasoning and answer that are decided; both may be empty.</returns>
    public (string Reasoning, string Answer) Read(CompletionUpdate update, Func<IReadOnlyList<int>, string> decode)
    {
        bool wasUndecided = IsUndecided;
        (string reasoning, string answer) = Read(update.Text);
        if (wasUndecided)
        {
            _tokens += update.TokenIds.Count - (IsUndecided ? 0 : TokensOf(answer, update.TokenIds, decode));
        }

        return (reasoning, answer);
    }

    /// <summary>What was held back, once the completion has ended.</summary>
    public (string Reasoning, string Answer) Finish()
    {
        string rest = _held.ToString();
        _held.Clear();
        bool isReasoning = _place == Place.Reasoning || (_place == Place.BeforeMark && isOpen);
        return isReasoning ? (rest.TrimEnd(), "") : ("", _place == Place.BeforeAnswer ? "" : rest);
    }

    /// <summary>Takes text.</summary>
    internal (string Reasoning, string Answer) Read(string text)
    {
        if (_place == Place.Answer)
        {
            return ("", text);
        }

        _held.Append(text);
        if (_place == Place.BeforeMark)
        {
            PassMark();
        }

        string reasoning = _place == Place.Reasoning ? TakeReasoning() : "";
        return (reasoning, IsUndecided ? "" : TakeAnswer());
    }

    private void PassMark()
    {
        string held = _held.ToString().TrimStart();
        if (held.StartsWith(Begin, StringComparison.Ordinal))
        {
            Replace(held[Begin.Length..]);
            (_place, _hasReasoning) = (Place.Reasoning, true);
        }
        else if (!Begin.StartsWith(held, StringComparison.Ordinal))
        {
            (_place, _hasReasoning) = (isOpen ? Place.Reasoning : Place.Answer, isOpen);
        }
    }

    private string TakeReasoning()
    {
        string held = _held.ToString();
        int end = held.IndexOf(End, StringComparison.Ordinal);
        if (end >= 0)
        {
            Replace(held[(end + End.Length)..]);
            _place = Place.BeforeAnswer;
            return Reasoning(held[..end].TrimEnd());
        }

        string decided = held[..^TextMarks.Overlap(held, End)].TrimEnd();
        Replace(held[decided.Length..]);
        return Reasoning(decided);
    }

    /// <summary>The first piece begins without white space.</summary>
    private string Reasoning(string text)
    {
        string reasoning = _hasBegun ? text : text.TrimStart();
        _hasBegun |= reasoning.Length > 0;
        return reasoning;
    }

    private string TakeAnswer()
    {
        string answer = _place == Place.BeforeAnswer ? _held.ToString().TrimStart() : _held.ToString();
        _held.Clear();
        if (answer.Length > 0)
        {
            _place = Place.Answer;
        }

        return answer;
    }

    private void Replace(string held)
    {
        _held.Clear();
        _held.Append(held);
    }

    /// <summary>How many of an update's last tokens make up the answer that it begins.</summary>
    private static int TokensOf(string answer, IReadOnlyList<int> tokenIds, Func<IReadOnlyList<int>, string> decode)
    {
        int count = 0;
        while (count < tokenIds.Count
            && decode([.. tokenIds.Skip(tokenIds.Count - count - 1)]).TrimStart().Length <= answer.Length)
        {
            count++;
        }

        return count;
    }
}
