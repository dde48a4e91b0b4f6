using System.Runtime.InteropServices;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>Keeps some lines of a document, joined by line feeds, without white space around the whole.</summary>
/// <remarks>Lines that stay together are one stretch, so that a text of which all stays is not copied.</remarks>
/// <param name="document">The document; not changed.</param>
internal sealed class LineEditor(Document document)
{
    private readonly List<KeptLine> _stretches = [];
    private bool _isCut;
    private int _length;

    /// <summary>How many lines were kept.</summary>
    public int Kept { get; private set; }

    /// <summary>Keeps a line, one behind those before.</summary>
    /// <param name="start">Its first unit in the old text.</param>
    /// <param name="length">Its units.</param>
    public void Keep(int start, int length)
    {
        Kept++;
        if (_stretches.Count == 0)
        {
            Add(start, length);
            return;
        }

        ref KeptLine last = ref CollectionsMarshal.AsSpan(_stretches)[^1];
        int end = last.Start + last.Length;
        if (start == end + 1 && document.Text[end] == '\n')
        {
            last = last with { Length = start + length - last.Start };
            _length += 1 + length;
        }
        else
        {
            _length++;
            Add(start, length);
        }
    }

    /// <summary>Removes a part of the line kept last, behind parts that were removed before.</summary>
    public void Remove(int start, int length)
    {
        ref KeptLine last = ref CollectionsMarshal.AsSpan(_stretches)[^1];
        int end = last.Start + last.Length;
        _length -= end - start;
        last = last with { Length = start - last.Start };
        _isCut = true;
        Add(start + length, end - start - length);
    }

    /// <summary>The document with the lines that were kept; the same instance if all were.</summary>
    public Document Apply()
    {
        TrimEnd();
        TrimStart();
        Span<KeptLine> stretches = CollectionsMarshal.AsSpan(_stretches);
        if (_length == document.Text.Length)
        {
            return document;
        }

        if (!document.Spans.IsDefaultOrEmpty)
        {
            return EditedWithSpans(stretches);
        }

        string text = string.Create(_length, (document.Text, _stretches), static (target, source) =>
        {
            int end = 0;
            foreach (KeptLine line in source._stretches)
            {
                target[end..line.NewStart].Fill('\n');
                end = line.NewStart + line.Length;
                source.Text.AsSpan(line.Start, line.Length).CopyTo(target[line.NewStart..]);
            }
        });
        if (!_isCut)
        {
            // Two words may have become one where something between them went.
            TextAnalysis.KeepLines(document.Text, text, stretches);
        }

        return document with { Text = text };
    }

    private void Add(int start, int length)
    {
        _stretches.Add(new KeptLine(start, length, _length));
        _length += length;
    }

    private void TrimEnd()
    {
        while (_stretches.Count > 0)
        {
            ref KeptLine last = ref CollectionsMarshal.AsSpan(_stretches)[^1];
            int length = document.Text.AsSpan(last.Start, last.Length).TrimEnd().Length;
            if (length > 0)
            {
                last = last with { Length = length };
                _length = last.NewStart + length;
                return;
            }

            _stretches.RemoveAt(_stretches.Count - 1);
        }

        _length = 0;
    }

    private void TrimStart()
    {
        int first = 0;
        int white = 0;
        while (first < _stretches.Count)
        {
            KeptLine line = _stretches[first];
            int visible = document.Text.AsSpan(line.Start, line.Length).TrimStart().Length;
            white = line.NewStart + line.Length - visible;
            if (visible > 0)
            {
                break;
            }

            first++;
        }

        if (white == 0)
        {
            return;
        }

        _stretches.RemoveRange(0, first);
        foreach (ref KeptLine line in CollectionsMarshal.AsSpan(_stretches))
        {
            int gone = Math.Max(0, white - line.NewStart);
            line = new KeptLine(line.Start + gone, line.Length - gone, line.NewStart + gone - white);
        }

        _length -= white;
    }

    private Document EditedWithSpans(ReadOnlySpan<KeptLine> stretches)
    {
        var editor = new TextEditor(document);
        int end = 0;
        int newEnd = 0;
        foreach (KeptLine line in stretches)
        {
            editor.Replace(end, line.Start - end, line.NewStart > newEnd ? "\n" : "");
            end = line.Start + line.Length;
            newEnd = line.NewStart + line.Length;
        }

        editor.Replace(end, document.Text.Length - end, "");
        return editor.Apply();
    }
}
