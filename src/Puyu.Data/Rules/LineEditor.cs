using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>Keeps some lines of a document, joined by line feeds, without white space around the whole.</summary>
/// <param name="document">The document; not changed.</param>
internal sealed class LineEditor(Document document)
{
    private readonly List<(int Start, int Length, string With)> _edits = [];
    private int _end;

    /// <summary>How many lines were kept.</summary>
    public int Kept { get; private set; }

    /// <summary>Keeps a line, one behind those before.</summary>
    /// <param name="start">Its first unit in the old text.</param>
    /// <param name="length">Its units.</param>
    public void Keep(int start, int length)
    {
        string between = Kept == 0 ? "" : "\n";
        if (!document.Text.AsSpan(_end, start - _end).SequenceEqual(between))
        {
            _edits.Add((_end, start - _end, between));
        }

        _end = start + length;
        Kept++;
    }

    /// <summary>Removes a part of the line kept last, behind parts that were removed before.</summary>
    public void Remove(int start, int length) => _edits.Add((start, length, ""));

    /// <summary>The document with the lines that were kept; the same instance if all were.</summary>
    public Document Apply()
    {
        if (_end < document.Text.Length)
        {
            _edits.Add((_end, document.Text.Length - _end, ""));
        }

        return WithoutSpaceAround(Edited(document, _edits));
    }

    private static Document WithoutSpaceAround(Document document)
    {
        ReadOnlySpan<char> text = document.Text;
        int start = text.Length - text.TrimStart().Length;
        int end = Math.Max(start, text.TrimEnd().Length);
        return Edited(document, end - start == text.Length ? [] : [(0, start, ""), (end, text.Length - end, "")]);
    }

    private static Document Edited(Document document, List<(int Start, int Length, string With)> edits)
    {
        if (edits.Count == 0)
        {
            return document;
        }

        var editor = new TextEditor(document);
        foreach ((int start, int length, string with) in edits)
        {
            editor.Replace(start, length, with);
        }

        return editor.Apply();
    }
}
