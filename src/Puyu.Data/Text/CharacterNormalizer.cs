using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Puyu.Data.Text;

/// <summary>Changes white space, controls, invisible characters and full-width forms of one document.</summary>
/// <param name="document">The document; not changed.</param>
/// <param name="options">What to change.</param>
internal sealed class CharacterNormalizer(Document document, NormalizeOptions options)
{
    private static readonly Kind[] _kinds = [.. Enumerable.Range(0, 0x10000).Select(c => KindOf((char)c))];

    private readonly string _text = document.Text;
    private TextEditor? _editor;

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

    /// <summary>The changed document; the same instance if nothing changed.</summary>
    public Document Normalize()
    {
        for (int at = Next(0); at < _text.Length; at = Next(at))
        {
            Kind kind = _kinds[_text[at]];
            at = kind <= Kind.Space ? ChangeGap(at) : ChangeCharacter(at, kind);
        }

        return _editor?.Apply() ?? document;
    }

    private static Kind KindOf(char c) => c switch
    {
        '\n' or '\r' or '\v' or '\f' or '\u0085' or '\u2028' or '\u2029' => Kind.Break,
        ' ' or '\t' or '\u00A0' or '\u1680' or (>= '\u2000' and <= '\u200A') or '\u202F' or '\u205F' or '\u3000' =>
            Kind.Space,
        < ' ' or (>= '\u007F' and <= '\u009F') => Kind.Control,
        '\u200C' or '\u200D' => Kind.Joiner,
        '\u00AD' or '\u034F' or '\u180E' or '\uFEFF' or (>= '\u200B' and <= '\u200F') or (>= '\u202A' and <= '\u202E')
            or (>= '\u2060' and <= '\u206F') or (>= '\uFFF9' and <= '\uFFFB') => Kind.Invisible,
        >= '\uD800' and <= '\uDFFF' => Kind.Surrogate,
        >= '\uFF01' and <= '\uFF5E' => Kind.FullWidth,
        _ => Kind.Plain,
    };

    /// <summary>
    /// The next place where something may change: the beginning of a gap that is more than one space or line feed, or a
    /// character that is neither plain nor white.
    /// </summary>
    /// <param name="from">Behind what was looked at.</param>
    private int Next(int from)
    {
        int at = from;
        ref ushort first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(_text.AsSpan()));

        if (at == 0 && _text.Length > 0 && MayChange(0))
        {
            return 0; // white space there may stand before a letter
        }

        // The unit behind is looked at too.
        while (at + Vector512<ushort>.Count < _text.Length)
        {
            ulong unusual = Unusual(ref Unsafe.Add(ref first, at));
            for (; unusual != 0; unusual &= unusual - 1)
            {
                int unit = at + BitOperations.TrailingZeroCount(unusual);
                if (MayChange(unit))
                {
                    return GapStart(unit, from);
                }
            }

            at += Vector512<ushort>.Count;
        }

        while (at < _text.Length && !MayChange(at))
        {
            at++;
        }

        return at < _text.Length ? GapStart(at, from) : at;
    }

    /// <summary>Of 32 units those that are white before white ones, controls or beyond ASCII.</summary>
    private static ulong Unusual(ref ushort first)
    {
        Vector512<ushort> units = Vector512.LoadUnsafe(ref first);
        Vector512<ushort> space = Vector512.Create((ushort)' ');
        Vector512<ushort> inGap = Vector512.LessThanOrEqual(units, space)
            & Vector512.LessThanOrEqual(Vector512.LoadUnsafe(ref first, 1), space);
        Vector512<ushort> control = Vector512.AndNot(
            Vector512.LessThan(units, space), Vector512.Equals(units, Vector512.Create((ushort)'\n')));
        Vector512<ushort> other = Vector512.GreaterThanOrEqual(units, Vector512.Create((ushort)0x7F));
        return (inGap | control | other).ExtractMostSignificantBits();
    }

    private bool MayChange(int at)
    {
        Kind kind = _kinds[_text[at]];
        return kind switch
        {
            Kind.Plain => false,
            Kind.FullWidth => options.FullWidth != FullWidthForms.Keep,
            _ => !IsSingleGap(at),
        };
    }

    /// <summary>The first white unit of those before one that is white, down to a place.</summary>
    private int GapStart(int at, int from)
    {
        while (at > from && _kinds[_text[at]] <= Kind.Space && _kinds[_text[at - 1]] <= Kind.Space)
        {
            at--;
        }

        return at;
    }

    /// <summary>Whether one space or line feed stands between two characters that are no white space.</summary>
    private bool IsSingleGap(int at) => _text[at] is ' ' or '\n'
        && at > 0 && at + 1 < _text.Length && _kinds[_text[at + 1]] > Kind.Space;

    /// <summary>Changes a character that is no white space.</summary>
    /// <returns>Where to go on.</returns>
    private int ChangeCharacter(int at, Kind kind)
    {
        switch (kind)
        {
            case Kind.Control:
                Controls++;
                Replace(at, 1, "");
                break;
            case Kind.Joiner when IsBetweenLetters(at):
                break;
            case Kind.Joiner or Kind.Invisible:
                Invisible++;
                Replace(at, 1, "");
                break;
            case Kind.Surrogate when at + 1 < _text.Length && char.IsSurrogatePair(_text[at], _text[at + 1]):
                return at + 2;
            case Kind.Surrogate:
                Replace(at, 1, "\uFFFD");
                break;
            default:
                ChangeFullWidth(at);
                break;
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

    /// <summary>Whether a joiner follows a letter or sign that is not ASCII.</summary>
    private bool IsBetweenLetters(int at) =>
        at > 0 && _text[at - 1] > 0x7F && _kinds[_text[at - 1]] is Kind.Plain or Kind.Surrogate;

    /// <summary>Changes white space from here to the next character that is none.</summary>
    private int ChangeGap(int start)
    {
        int end = start;
        int breaks = 0;
        int afterBreak = start;
        for (; end < _text.Length && _kinds[_text[end]] <= Kind.Space; end++)
        {
            if (_kinds[_text[end]] == Kind.Break)
            {
                breaks += _text[end] == '\n' && end > start && _text[end - 1] == '\r' ? 0 : 1;
                afterBreak = end + 1;
            }
        }

        ReadOnlySpan<char> gap = _text.AsSpan(start, end - start);
        if (start > 0 && end < _text.Length && IsInForm(gap))
        {
            return end;
        }

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

    /// <summary>Whether white space between characters is line feeds, not too many, and indentation.</summary>
    private bool IsInForm(ReadOnlySpan<char> gap)
    {
        ReadOnlySpan<char> spaces = gap.TrimStart('\n');
        int breaks = gap.Length - spaces.Length;
        bool isAdmitted = breaks > 0
            ? breaks <= options.MaxEmptyLines + 1
            : spaces.Length == 1 || !options.CollapsesSpaces;
        return isAdmitted && !spaces.ContainsAnyExcept(' ', '\t');
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
            count += _kinds[c] == Kind.Break ? 1 : 0;
        }

        return count;
    }

    private void Replace(int start, int length, ReadOnlySpan<char> replacement)
    {
        _editor ??= new TextEditor(document);
        _editor.Replace(start, length, replacement);
    }

    /// <summary>What is done with a character; white space first.</summary>
    private enum Kind : byte
    {
        Break,
        Space,
        Plain,
        Control,
        Joiner,
        Invisible,
        Surrogate,
        FullWidth,
    }
}
