using System.Buffers;

namespace Puyu.Data.Text;

/// <summary>Changes white space, controls, invisible characters and full-width forms of one document.</summary>
/// <param name="document">The document; not changed.</param>
/// <param name="options">What to change.</param>
internal sealed class CharacterNormalizer(Document document, NormalizeOptions options)
{
    private const string PlainBreaks = "\n\r\v\f\u0085\u2028\u2029";
    private const string PlainSpaces = " \t\u00A0\u1680\u202F\u205F\u3000";

    private static readonly SearchValues<char> _breaks = SearchValues.Create(PlainBreaks);
    private static readonly SearchValues<char> _spaces = SearchValues.Create(PlainSpaces + Range('\u2000', '\u200A'));

    private static readonly SearchValues<char> _controls = SearchValues.Create(
        Range('\0', '\u0008') + Range('\u000E', '\u001F') + Range('\u007F', '\u0084') + Range('\u0086', '\u009F'));

    private static readonly SearchValues<char> _invisible = SearchValues.Create(
        "\u00AD\u034F\u180E\uFEFF" + Range('\u200B', '\u200F') + Range('\u202A', '\u202E') + Range('\u2060', '\u206F')
        + Range('\uFFF9', '\uFFFB'));

    /// <summary>What is changed wherever it is, apart from full-width forms.</summary>
    private static readonly SearchValues<char> _unusual = SearchValues.Create(
        PlainBreaks[1..] + PlainSpaces[2..] + Range('\u2000', '\u200F') + Range('\0', '\u0008')
        + Range('\u000E', '\u001F') + Range('\u007F', '\u009F') + "\u00AD\u034F\u180E\uFEFF"
        + Range('\u202A', '\u202E') + Range('\u2060', '\u206F') + Range('\uFFF9', '\uFFFB')
        + Range('\uD800', '\uDFFF'));

    private static readonly SearchValues<char> _fullWidth = SearchValues.Create(Range('\uFF01', '\uFF5E'));

    /// <summary>Where to stop and look, apart from full-width forms: what is unusual, and all white space.</summary>
    private static readonly SearchValues<char> _stops = SearchValues.Create(
        PlainBreaks + PlainSpaces + Range('\u2000', '\u200F') + Range('\0', '\u0008') + Range('\u000E', '\u001F')
        + Range('\u007F', '\u009F') + "\u00AD\u034F\u180E\uFEFF" + Range('\u202A', '\u202E')
        + Range('\u2060', '\u206F') + Range('\uFFF9', '\uFFFB') + Range('\uD800', '\uDFFF')
        + Range('\uFF01', '\uFF5E'));

    private readonly TextEditor _editor = new(document);
    private readonly string _text = document.Text;
    private bool _isChanged;

    /// <summary>Controls that were removed.</summary>
    public int Controls { get; private set; }

    /// <summary>Invisible characters that were removed.</summary>
    public int Invisible { get; private set; }

    /// <summary>Characters that break lines and were removed or replaced.</summary>
    public int LineBreaks { get; private set; }

    /// <summary>Spaces that were removed or replaced.</summary>
    public int Spaces { get; private set; }

    /// <summary>Full-width forms that were replaced.</summary>
    public int FullWidth { get; private set; }

    /// <summary>False for a text that stays as it is, found without looking at each character.</summary>
    public static bool MayChange(string text, NormalizeOptions options) =>
        text.AsSpan().ContainsAny(_unusual)
        || (options.FullWidth != FullWidthForms.Keep && text.AsSpan().ContainsAny(_fullWidth))
        || text.Contains(" \n", StringComparison.Ordinal)
        || text.Contains("\t\n", StringComparison.Ordinal)
        || text.Contains("\n\n\n", StringComparison.Ordinal)
        || (options.MaxEmptyLines == 0 && text.Contains("\n\n", StringComparison.Ordinal))
        || (options.CollapsesSpaces && HasSpacesInARow(text))
        || (text.Length > 0 && (char.IsWhiteSpace(text[0]) || char.IsWhiteSpace(text[^1])));

    /// <summary>The changed document; the same instance if nothing changed.</summary>
    public Document Normalize()
    {
        int at = 0;
        while (at < _text.Length)
        {
            int offset = _text.AsSpan(at).IndexOfAny(_stops);
            if (offset < 0)
            {
                break;
            }

            at += offset;
            at = IsGap(at) ? ChangeGap(at) : ChangeCharacter(at);
        }

        return _isChanged ? _editor.Apply() : document;
    }

    private static bool HasSpacesInARow(string text) =>
        text.Contains("  ", StringComparison.Ordinal) || text.Contains("\t ", StringComparison.Ordinal)
        || text.Contains(" \t", StringComparison.Ordinal) || text.Contains("\t\t", StringComparison.Ordinal);

    private static string Range(char first, char last) =>
        new([.. Enumerable.Range(first, last - first + 1).Select(c => (char)c)]);

    private bool IsGap(int at) => _breaks.Contains(_text[at]) || _spaces.Contains(_text[at]);

    /// <summary>Changes a character that is no white space.</summary>
    /// <returns>Where to go on.</returns>
    private int ChangeCharacter(int at)
    {
        char c = _text[at];
        if (_controls.Contains(c))
        {
            Controls++;
            Replace(at, 1, "");
        }
        else if (_invisible.Contains(c))
        {
            if (!IsJoiner(at))
            {
                Invisible++;
                Replace(at, 1, "");
            }
        }
        else if (char.IsSurrogate(c))
        {
            if (at + 1 < _text.Length && char.IsSurrogatePair(c, _text[at + 1]))
            {
                return at + 2;
            }

            Replace(at, 1, "\uFFFD");
        }
        else if (_fullWidth.Contains(c))
        {
            ChangeFullWidth(at);
        }

        return at + 1;
    }

    private void ChangeFullWidth(int at)
    {
        char narrow = (char)(_text[at] - 0xFEE0);
        bool changes = options.FullWidth == FullWidthForms.All
            || (options.FullWidth == FullWidthForms.LettersAndDigits && char.IsAsciiLetterOrDigit(narrow));
        if (changes)
        {
            FullWidth++;
            Replace(at, 1, [narrow]);
        }
    }

    /// <summary>Whether a zero-width joiner or non-joiner follows a letter or sign that is not ASCII.</summary>
    private bool IsJoiner(int at) => _text[at] is '\u200C' or '\u200D'
        && at > 0 && _text[at - 1] > 0x7F && !char.IsWhiteSpace(_text[at - 1]) && !_invisible.Contains(_text[at - 1]);

    /// <summary>Changes white space from here to the next character that is none.</summary>
    private int ChangeGap(int start)
    {
        int end = start;
        int breaks = 0;
        int afterBreak = start;
        for (; end < _text.Length && IsGap(end); end++)
        {
            if (_breaks.Contains(_text[end]))
            {
                breaks += _text[end] == '\n' && end > start && _text[end - 1] == '\r' ? 0 : 1;
                afterBreak = end + 1;
            }
        }

        ReadOnlySpan<char> gap = _text.AsSpan(start, end - start);
        string changed = Changed(start, end, breaks, _text.AsSpan(afterBreak, end - afterBreak));
        if (!gap.SequenceEqual(changed))
        {
            Replace(start, gap.Length, changed);
            int oldBreaks = CountBreaks(gap);
            int sameBreaks = Math.Min(gap.Count('\n'), changed.AsSpan().Count('\n'));
            LineBreaks += oldBreaks - sameBreaks;
            Spaces += Math.Max(0, gap.Length - oldBreaks - Math.Min(gap.Count(' '), changed.AsSpan().Count(' ')));
        }

        return end;
    }

    /// <summary>What stands for white space: nothing at the beginning and end of the text.</summary>
    private string Changed(int start, int end, int breaks, ReadOnlySpan<char> indent)
    {
        if (start == 0 || end == _text.Length)
        {
            return "";
        }

        if (breaks > 0)
        {
            return new string('\n', Math.Min(breaks, options.MaxEmptyLines + 1)) + Plain(indent);
        }

        return indent.Length == 1 || !options.CollapsesSpaces ? Plain(indent) : " ";
    }

    /// <summary>Spaces and tabs for all kinds of spaces.</summary>
    private static string Plain(ReadOnlySpan<char> spaces)
    {
        Span<char> plain = spaces.Length <= 256 ? stackalloc char[spaces.Length] : new char[spaces.Length];
        for (int i = 0; i < spaces.Length; i++)
        {
            plain[i] = spaces[i] == '\t' ? '\t' : ' ';
        }

        return plain.ToString();
    }

    private static int CountBreaks(ReadOnlySpan<char> gap)
    {
        int count = 0;
        foreach (char c in gap)
        {
            count += _breaks.Contains(c) ? 1 : 0;
        }

        return count;
    }

    private void Replace(int start, int length, ReadOnlySpan<char> replacement)
    {
        _isChanged = true;
        _editor.Replace(start, length, replacement);
    }
}
