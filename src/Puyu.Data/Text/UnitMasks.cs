using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Puyu.Data.Text;

/// <summary>Of which kind 64 units of a text are, a bit for each.</summary>
internal struct UnitMasks
{
    /// <summary>Units at once.</summary>
    public const int Units = 64;

    /// <summary>Letters of one unit, no ideographs.</summary>
    public ulong Letters;

    /// <summary>Digits and low lines.</summary>
    public ulong Digits;

    /// <summary>Whatever makes words: letters, digits, the marks on them, and letters of two units.</summary>
    public ulong Word;

    /// <summary>Apostrophes.</summary>
    public ulong Apostrophes;

    /// <summary>Periods and commas.</summary>
    public ulong Points;

    /// <summary>White space.</summary>
    public ulong Spaces;

    /// <summary>Ideographs and kana, each a word.</summary>
    public ulong Alone;

    /// <summary>Second halves, and marks of two units like the one before: they begin nothing.</summary>
    public ulong Inside;

    /// <summary>Beyond ASCII, not yet classified by <see cref="Read"/>.</summary>
    public ulong NotAscii;

    /// <summary>Equal to the unit before.</summary>
    public ulong Same;

    /// <summary>Classifies ASCII.</summary>
    /// <param name="first">The first unit; the one before it is read as well.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static UnitMasks Read(ref ushort first)
    {
        Vector512<ushort> low = Vector512.LoadUnsafe(ref first);
        Vector512<ushort> high = Vector512.LoadUnsafe(ref first, Units / 2);
        Vector512<byte> units = Vector512.NarrowWithSaturation(low, high);
        ref ushort before = ref Unsafe.Subtract(ref first, 1);
        var masks = new UnitMasks
        {
            Letters = Within(units | Vector512.Create((byte)0x20), (byte)'a', 26),
            Digits = Within(units, (byte)'0', 10) | Equal(units, (byte)'_'),
            Apostrophes = Equal(units, (byte)'\''),
            Points = Equal(units, (byte)'.') | Equal(units, (byte)','),
            Spaces = Within(units, (byte)'\t', 5) | Equal(units, (byte)' '),
            NotAscii = units.ExtractMostSignificantBits(),
            Same = Vector512.Equals(low, Vector512.LoadUnsafe(ref before)).ExtractMostSignificantBits()
                | (Vector512.Equals(high, Vector512.LoadUnsafe(ref before, Units / 2)).ExtractMostSignificantBits()
                    << (Units / 2)),
        };
        masks.Word = masks.Letters | masks.Digits;
        return masks;
    }

    /// <summary>Classifies what is beyond ASCII by the table.</summary>
    /// <param name="text">The text.</param>
    /// <param name="at">Where the 64 units begin.</param>
    /// <returns>False if there is half a character without its other half.</returns>
    public bool TryAddOthers(ReadOnlySpan<char> text, int at)
    {
        ref CharacterClass classes = ref MemoryMarshal.GetReference(CharacterClasses.Table);
        for (ulong rest = NotAscii; rest != 0; rest &= rest - 1)
        {
            int unit = at + BitOperations.TrailingZeroCount(rest);
            ulong bit = rest & (ulong)-(long)rest;
            CharacterClass kind = Unsafe.Add(ref classes, text[unit]);
            if (kind == CharacterClass.Ideograph || kind == CharacterClass.Kana)
            {
                Alone |= bit;
            }
            else if (kind == CharacterClass.Surrogate)
            {
                if (!TryAddHalf(text, unit, bit))
                {
                    return false;
                }
            }
            else
            {
                Add(kind, bit);
            }
        }

        return true;
    }

    /// <summary>Adds white space beyond ASCII.</summary>
    public void AddSpaces(ReadOnlySpan<char> text, int at)
    {
        for (ulong rest = NotAscii; rest != 0; rest &= rest - 1)
        {
            char unit = text[at + BitOperations.TrailingZeroCount(rest)];
            Spaces |= CharacterClasses.Of(unit) == CharacterClass.Space ? rest & (ulong)-(long)rest : 0;
        }
    }

    private void Add(CharacterClass kind, ulong bit)
    {
        Letters |= kind == CharacterClass.Letter ? bit : 0;
        Digits |= kind == CharacterClass.Digit ? bit : 0;
        Word |= kind <= CharacterClass.Joiner ? bit : 0;
        Apostrophes |= kind == CharacterClass.Inner ? bit : 0;
        Spaces |= kind == CharacterClass.Space ? bit : 0;
    }

    private bool TryAddHalf(ReadOnlySpan<char> text, int unit, ulong bit)
    {
        bool isFirst = char.IsHighSurrogate(text[unit]);
        int start = isFirst ? unit : unit - 1;
        if (start < 0 || start + 1 >= text.Length || !char.IsSurrogatePair(text[start], text[start + 1]))
        {
            return false;
        }

        CharacterClass kind = CharacterClasses.OfRune(text, start, out _);
        if (kind <= CharacterClass.Joiner)
        {
            Word |= bit;
        }
        else if (!isFirst || (kind == CharacterClass.Mark && IsRepeated(text, start)))
        {
            Inside |= bit;
        }
        else
        {
            Alone |= bit; // a mark of two units that begins a run does so whatever is before it
        }

        return true;
    }

    private static bool IsRepeated(ReadOnlySpan<char> text, int start) =>
        start >= 2 && text[start - 2] == text[start] && text[start - 1] == text[start + 1];

    private static ulong Within(Vector512<byte> units, byte first, byte count) =>
        Vector512.LessThan(units - Vector512.Create(first), Vector512.Create(count)).ExtractMostSignificantBits();

    private static ulong Equal(Vector512<byte> units, byte unit) =>
        Vector512.Equals(units, Vector512.Create(unit)).ExtractMostSignificantBits();
}
