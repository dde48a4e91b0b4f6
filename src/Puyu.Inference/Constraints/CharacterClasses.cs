using System.Globalization;

namespace Puyu.Inference.Constraints;

/// <summary>Reads what stands for one character in regular expressions and grammars.</summary>
/// <param name="cursor">Where it stands.</param>
internal sealed class CharacterClasses(TextCursor cursor)
{
    private const string Punctuation = "^$\\.*+?()[]{}|/-\"'#&~ !%,:;<=>@_`";

    /// <summary>Names of the general categories, in the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] _categories =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co",
        "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly CharacterSet _digits = CharacterSet.Of(('0', '9'));
    private static readonly CharacterSet _word = CharacterSet.Of(('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z'));
    private static readonly CharacterSet _spaces = CharacterSet.Of(
        (9, 13), (' ', ' '), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A), (0x2028, 0x2029), (0x202F, 0x202F),
        (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF));

    private readonly Dictionary<string, CharacterSet> _ofCategories = new(StringComparer.Ordinal);

    /// <summary>Reads <c>[…]</c> or <c>[^…]</c>.</summary>
    public CharacterSet ReadBrackets()
    {
        cursor.Read("[");
        bool isNegated = cursor.TryRead("^");
        var ranges = new List<(int First, int Last)>();
        while (!cursor.TryRead("]"))
        {
            CharacterSet first = ReadMember();
            bool isRange = cursor.Next == '-' && !cursor.Rest.StartsWith("-]", StringComparison.Ordinal);
            if (!isRange)
            {
                ranges.AddRange(first.Ranges);
                continue;
            }

            cursor.Position++;
            ranges.Add((Single(first), Single(ReadMember())));
            if (ranges[^1].First > ranges[^1].Last)
            {
                throw cursor.Error("a range counts down");
            }
        }

        CharacterSet set = CharacterSet.Of(ranges);
        return isNegated ? set.Complement() : set;
    }

    /// <summary>Reads what stands behind a backslash.</summary>
    public CharacterSet ReadEscape()
    {
        char kind = cursor.Next;
        if (Class(kind) is { } set)
        {
            cursor.Position++;
            return set;
        }

        if (kind is 'p' or 'P')
        {
            cursor.Position++;
            return kind == 'p' ? ReadCategory() : ReadCategory().Complement();
        }

        int character = ReadEscapedCharacter();
        return CharacterSet.Of((character, character));
    }

    /// <summary>Reads the one character that stands behind a backslash.</summary>
    public int ReadEscapedCharacter()
    {
        char kind = cursor.Next;
        int control = "tnrfv0".IndexOf(kind, StringComparison.Ordinal);
        if (!cursor.IsAtEnd && control >= 0)
        {
            cursor.Position++;
            return "\t\n\r\f\v\0"[control];
        }

        if (kind is 'x' or 'u' or 'U')
        {
            cursor.Position++;
            return ReadNumber(kind);
        }

        if (cursor.IsAtEnd || !Punctuation.Contains(kind, StringComparison.Ordinal))
        {
            throw cursor.Error($"'\\{kind}' is not supported");
        }

        cursor.Position++;
        return kind;
    }

    private static CharacterSet? Class(char kind) => kind switch
    {
        'd' => _digits,
        'D' => _digits.Complement(),
        'w' => _word,
        'W' => _word.Complement(),
        's' => _spaces,
        'S' => _spaces.Complement(),
        _ => null,
    };

    private CharacterSet ReadMember()
    {
        if (cursor.TryRead("\\"))
        {
            if (cursor.TryRead("b"))
            {
                return CharacterSet.Of("\b");
            }

            return ReadEscape();
        }

        int character = cursor.ReadCharacter();
        return CharacterSet.Of((character, character));
    }

    private int Single(CharacterSet set) =>
        set.Ranges.Count == 1 && set.Ranges[0].First == set.Ranges[0].Last
            ? set.Ranges[0].First
            : throw cursor.Error("a range must go from one character to another");

    private int ReadNumber(char kind)
    {
        int value = kind == 'x' ? cursor.ReadHex(2)
            : kind == 'U' ? cursor.ReadHex(8)
            : cursor.TryRead("{") ? ReadBraced()
            : ReadUtf16();
        return System.Text.Rune.IsValid(value) ? value : throw cursor.Error($"U+{value:X4} is no character");
    }

    private int ReadBraced()
    {
        int digits = cursor.Rest.IndexOf('}');
        int value = digits is > 0 and <= 6 ? cursor.ReadHex(digits) : throw cursor.Error("'}' is missing");
        cursor.Read("}");
        return value;
    }

    private int ReadUtf16()
    {
        int unit = cursor.ReadHex(4);
        return char.IsHighSurrogate((char)unit) && cursor.TryRead("\\u")
            ? char.ConvertToUtf32((char)unit, LowSurrogate(cursor.ReadHex(4)))
            : unit;
    }

    private char LowSurrogate(int unit) =>
        char.IsLowSurrogate((char)unit) ? (char)unit : throw cursor.Error("half of a surrogate pair is no character");

    private CharacterSet ReadCategory()
    {
        cursor.Read("{");
        int length = cursor.Rest.IndexOf('}');
        string name = length < 0 ? "" : cursor.Slice(cursor.Position, cursor.Position + length);
        if (name.Length == 0
            || !Array.Exists(_categories, category => category.StartsWith(name, StringComparison.Ordinal)))
        {
            throw cursor.Error($"'\\p{{{name}}}' is not supported; general categories such as L and Nd are");
        }

        cursor.Position += length + 1;
        if (!_ofCategories.TryGetValue(name, out CharacterSet? set))
        {
            set = CharacterSet.Of(category => _categories[(int)category].StartsWith(name, StringComparison.Ordinal));
            _ofCategories.Add(name, set);
        }

        return set;
    }
}
