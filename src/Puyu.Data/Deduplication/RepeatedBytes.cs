namespace Puyu.Data.Deduplication;

/// <summary>Which bytes of documents lie in a stretch of T bytes that occurs before.</summary>
/// <remarks>
/// Neighbours in the suffix array that agree in T bytes form groups; the first occurrence of each group stays. One that
/// overlaps the first loses only what it has besides, so that of a thousand equal letters T stay. Memory: 5 bytes a
/// byte of text, and a few bits.
/// </remarks>
internal sealed class RepeatedBytes
{
    /// <summary>Follows each document; no byte of UTF-8.</summary>
    public const byte Separator = 0xFF;

    private readonly byte[] _text;
    private readonly int[] _starts;
    private readonly int _minBytes;
    private readonly ulong[] _windows; // a bit for each start of T bytes that occur before
    private readonly List<(int Start, int End)> _overlaps = [];
    private readonly int[] _firstWindows;
    private readonly int[] _matches;

    /// <param name="text">Documents, best first, each followed by the separator.</param>
    /// <param name="starts">Where each document begins, and the length of the text.</param>
    /// <param name="minBytes">T.</param>
    public RepeatedBytes(byte[] text, int[] starts, int minBytes)
    {
        _text = text;
        _starts = starts;
        _minBytes = minBytes;
        _windows = new ulong[(text.Length / 64) + 1];
        _firstWindows = new int[starts.Length - 1];
        _matches = new int[starts.Length - 1];
        Array.Fill(_firstWindows, int.MaxValue);
        int[] suffixes = GC.AllocateUninitializedArray<int>(text.Length);
        SuffixArray.Build(text, suffixes);
        MarkGroups(suffixes);
        _overlaps.Sort();
    }

    /// <summary>
    /// Documents with repeated bytes, the document in which the first of them occur first, and the stretches, as
    /// offsets in the text: ascending, apart, overwritten by the next document's.
    /// </summary>
    public IEnumerable<(int Document, int Match, List<(int Start, int End)> Stretches)> All()
    {
        var stretches = new List<(int Start, int End)>();
        int overlap = 0;
        for (int document = 0; document < _matches.Length; document++)
        {
            if (_firstWindows[document] == int.MaxValue)
            {
                continue;
            }

            stretches.Clear();
            for (int i = _firstWindows[document]; i < _starts[document + 1]; i++)
            {
                int end = (_windows[i / 64] >> (i % 64) & 1) != 0 ? i + _minBytes : 0;
                for (; overlap < _overlaps.Count && _overlaps[overlap].Start == i; overlap++)
                {
                    end = Math.Max(end, _overlaps[overlap].End);
                }

                if (end > 0)
                {
                    Append(stretches, i, end);
                }
            }

            yield return (document, _matches[document], stretches);
        }
    }

    private static void Append(List<(int Start, int End)> stretches, int start, int end)
    {
        if (stretches.Count > 0 && stretches[^1].End >= start)
        {
            stretches[^1] = (stretches[^1].Start, Math.Max(stretches[^1].End, end));
        }
        else
        {
            stretches.Add((start, end));
        }
    }

    private void MarkGroups(int[] suffixes)
    {
        int first = 0;
        for (int i = 1; i <= suffixes.Length; i++)
        {
            if (i == suffixes.Length || !Agree(suffixes[i - 1], suffixes[i]))
            {
                if (i - first > 1)
                {
                    MarkGroup(suffixes.AsSpan(first, i - first));
                }

                first = i;
            }
        }
    }

    private bool Agree(int a, int b) =>
        Math.Max(a, b) <= _text.Length - _minBytes
        && _text.AsSpan(a, _minBytes).SequenceEqual(_text.AsSpan(b, _minBytes));

    private void MarkGroup(ReadOnlySpan<int> occurrences)
    {
        int stays = occurrences[0];
        if (_text.AsSpan(stays, _minBytes).Contains(Separator))
        {
            return; // it reaches from one document into the next
        }

        foreach (int occurrence in occurrences)
        {
            stays = Math.Min(stays, occurrence);
        }

        foreach (int occurrence in occurrences)
        {
            if (occurrence != stays)
            {
                Mark(occurrence, stays);
            }
        }
    }

    private void Mark(int occurrence, int stays)
    {
        if (occurrence - stays < _minBytes)
        {
            _overlaps.Add((stays + _minBytes, occurrence + _minBytes));
        }
        else
        {
            _windows[occurrence / 64] |= 1UL << (occurrence % 64);
        }

        int document = DocumentAt(occurrence);
        if (occurrence < _firstWindows[document])
        {
            _firstWindows[document] = occurrence;
            _matches[document] = DocumentAt(stays);
        }
    }

    private int DocumentAt(int offset)
    {
        int found = Array.BinarySearch(_starts, offset);
        return found >= 0 ? found : ~found - 1;
    }
}
