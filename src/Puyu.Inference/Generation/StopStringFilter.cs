using System.Text;

namespace Puyu.Inference.Generation;

/// <summary>
/// Passes text through until a stop string appears in it. What may become a stop string is held back, so that no part
/// of one is ever emitted.
/// </summary>
/// <param name="stopStrings">Not empty strings; none means that everything passes.</param>
/// <param name="includesStopString">Whether the stop string that appeared passes as well.</param>
internal sealed class StopStringFilter(IReadOnlyList<string> stopStrings, bool includesStopString = false)
{
    private readonly StringBuilder _held = new();

    /// <summary>Whether a stop string has appeared. Nothing passes afterwards.</summary>
    public bool IsStopped => StopString is not null;

    /// <summary>The stop string that appeared; null while none has.</summary>
    public string? StopString { get; private set; }

    /// <summary>Adds text.</summary>
    /// <returns>What is certain not to belong to a stop string, and has not been returned before.</returns>
    public string Append(string text)
    {
        if (IsStopped || text.Length == 0)
        {
            return "";
        }

        if (stopStrings.Count == 0)
        {
            return text;
        }

        string all = _held.Append(text).ToString();
        _held.Clear();
        int stop = FindStop(all);
        if (StopString is not null)
        {
            return all[..(includesStopString ? stop + StopString.Length : stop)];
        }

        int emitted = all.Length - LongestStopPrefixAtEnd(all);
        _held.Append(all, emitted, all.Length - emitted);
        return all[..emitted];
    }

    /// <summary>Ends the text.</summary>
    /// <returns>What was held back in vain.</returns>
    public string Flush()
    {
        string rest = _held.ToString();
        _held.Clear();
        return rest;
    }

    /// <summary>Looks for the stop string that appears first.</summary>
    private int FindStop(string text)
    {
        int first = -1;
        foreach (string stop in stopStrings)
        {
            int index = text.IndexOf(stop, StringComparison.Ordinal);
            if (index >= 0 && (first < 0 || index < first))
            {
                (first, StopString) = (index, stop);
            }
        }

        return first;
    }

    private int LongestStopPrefixAtEnd(string text)
    {
        int longest = 0;
        foreach (string stop in stopStrings)
        {
            for (int length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
