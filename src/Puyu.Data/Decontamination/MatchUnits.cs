namespace Puyu.Data.Decontamination;

/// <summary>Kinds of units that texts are compared by.</summary>
internal enum UnitKind
{
    /// <summary>A word of letters.</summary>
    Word,

    /// <summary>A number, whichever.</summary>
    Number,

    /// <summary>An ideograph or kana.</summary>
    Ideograph,
}

/// <summary>Reads a text unit by unit. Allocates nothing.</summary>
/// <param name="text">The text.</param>
internal ref struct MatchUnits(ReadOnlySpan<char> text)
{
    private const ulong Seed = 0x9E3779B97F4A7C15;
    private const ulong Prime = 0x100000001B3; // FNV-1a, on UTF-16 units

    private readonly ReadOnlySpan<char> _text = text;
    private int _at = 0;

    /// <summary>Hash of the unit.</summary>
    public ulong Hash { get; private set; }

    /// <summary>What it is.</summary>
    public UnitKind Kind { get; private set; }

    /// <summary>Where it begins in the text.</summary>
    public int Start { get; private set; }

    /// <summary>Where it ends in the text.</summary>
    public readonly int End => _at;

    /// <summary>Goes on to the next unit.</summary>
    /// <returns>False at the end of the text.</returns>
    public bool Next()
    {
        ReadOnlySpan<char> table = MatchFold.Table;
        ReadOnlySpan<char> text = _text;
        int at = _at;
        while (at < text.Length && table[text[at]] <= MatchFold.Mark)
        {
            at++;
        }

        if (at >= text.Length)
        {
            _at = at;
            return false;
        }

        Start = at;
        char first = table[text[at]];
        if (first == MatchFold.Digit)
        {
            _at = EndOfNumber(text, at);
            Kind = UnitKind.Number;
            Hash = Seed;
            return true;
        }

        if (MatchFold.StandsAlone(first))
        {
            Kind = UnitKind.Ideograph;
            bool isPair = char.IsHighSurrogate(first) && at + 1 < text.Length;
            Hash = Hashing.Mix(first | (isPair ? (ulong)text[at + 1] << 16 : 0) | (1UL << 40));
            _at = at + (isPair ? 2 : 1);
            return true;
        }

        ulong hash = Seed;
        for (; at < text.Length; at++)
        {
            char c = table[text[at]];
            if (c == MatchFold.Mark)
            {
                continue;
            }

            if (c <= MatchFold.Digit || MatchFold.StandsAlone(c))
            {
                break;
            }

            hash = (hash ^ c) * Prime;
        }

        _at = at;
        Kind = UnitKind.Word;
        Hash = Hashing.Mix(hash);
        return true;
    }

    /// <summary>Behind a number: digits, and single points, commas and the like between them.</summary>
    private static int EndOfNumber(ReadOnlySpan<char> text, int at)
    {
        ReadOnlySpan<char> table = MatchFold.Table;
        while (at < text.Length)
        {
            if (table[text[at]] == MatchFold.Digit)
            {
                at++;
            }
            else if (text[at] is '.' or ',' or '\u066B' or '\u066C' or '．' or '，' && at + 1 < text.Length
                && table[text[at + 1]] == MatchFold.Digit)
            {
                at += 2;
            }
            else
            {
                break;
            }
        }

        return at;
    }
}
