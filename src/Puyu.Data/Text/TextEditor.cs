using System.Collections.Immutable;
using System.Text;

namespace Puyu.Data.Text;

/// <summary>Replaces parts of a document's text from its beginning to its end, and moves its spans along.</summary>
/// <param name="document">The document; not changed.</param>
internal sealed class TextEditor(Document document)
{
    private readonly StringBuilder _text = new(document.Text.Length);
    private readonly List<(int End, int Shift)> _edits = [];
    private int _copied;

    /// <summary>Replaces a part.</summary>
    /// <param name="start">Its first unit in the old text, at or behind the end of the part before.</param>
    /// <param name="length">Its units; 0 to insert.</param>
    /// <param name="replacement">What comes in its place; empty to remove it.</param>
    /// <returns>Where the replacement begins in the new text.</returns>
    public int Replace(int start, int length, ReadOnlySpan<char> replacement)
    {
        _text.Append(document.Text.AsSpan(_copied, start - _copied));
        int newStart = _text.Length;
        _text.Append(replacement);
        _copied = start + length;
        if (length != replacement.Length)
        {
            _edits.Add((_copied, _text.Length - _copied));
        }

        return newStart;
    }

    /// <summary>
    /// The changed document. A span goes with its text: the part of it that was replaced is what came in its place, and
    /// one of which nothing is left goes.
    /// </summary>
    /// <param name="spans">Further ones, of the new text.</param>
    public Document Apply(ImmutableArray<TextSpan> spans = default)
    {
        _text.Append(document.Text.AsSpan(_copied));
        _copied = document.Text.Length;
        ImmutableArray<TextSpan> moved = document.Spans.IsDefaultOrEmpty ? [] : [.. document.Spans
            .Select(span => (Start: Move(span.Start), End: Move(span.Start + span.Length), span.Label))
            .Where(span => span.End > span.Start)
            .Select(span => new TextSpan(span.Start, span.End - span.Start, span.Label))];
        return document with
        {
            Text = _text.ToString(),
            Spans = spans.IsDefaultOrEmpty ? moved : moved.AddRange(spans),
        };
    }

    /// <summary>Where a place of the old text is in the new one; for one inside an edit, about where.</summary>
    private int Move(int place)
    {
        int low = 0;
        int high = _edits.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_edits[middle].End <= place)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        int shifted = place + (low == 0 ? 0 : _edits[low - 1].Shift);
        return low == _edits.Count ? shifted : Math.Min(shifted, _edits[low].End + _edits[low].Shift);
    }
}
