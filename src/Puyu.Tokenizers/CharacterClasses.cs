using System.Globalization;
using System.Runtime.CompilerServices;

namespace Puyu.Tokenizers;

/// <summary>
/// What the split patterns ask of a character, one byte of flags each, from the runtime's Unicode data.
/// </summary>
/// <remarks>
/// Two levels: the code point's upper bits choose one of the distinct blocks of 256 flags. About 40 KB in all, of which
/// a text in one script touches a few hundred bytes.
/// </remarks>
internal static class CharacterClasses
{
    /// <summary>\p{L}.</summary>
    public const byte Letter = 1;

    /// <summary>\p{N}.</summary>
    public const byte Number = 2;

    /// <summary>\s: the White_Space property.</summary>
    public const byte Space = 4;

    /// <summary>Carriage return or line feed.</summary>
    public const byte NewLine = 8;

    /// <summary>\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}: what may begin a word of o200k.</summary>
    public const byte Upper = 16;

    /// <summary>\p{Ll}\p{Lm}\p{Lo}\p{M}: what may end a word of o200k.</summary>
    public const byte Lower = 32;

    private const int BlockSize = 256;

    private static readonly ushort[] _blockOf = new ushort[0x110000 / BlockSize];
    private static readonly byte[] _flags = BuildFlags();

    /// <summary>Flags of the character at <paramref name="at"/> of valid UTF-8, and its length in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int At(ReadOnlySpan<byte> utf8, int at, out int length)
    {
        byte first = utf8[at];
        if (first < 0x80)
        {
            length = 1;
            return _flags[first];
        }

        return Of(Utf8.Decode(utf8, at, out length));
    }

    /// <summary>Flags of a code point.</summary>
    public static int Of(int codePoint) => _flags[(_blockOf[codePoint >> 8] << 8) | (codePoint & 0xFF)];

    private static byte[] BuildFlags()
    {
        var blocks = new List<byte[]>();
        for (int block = 0; block < _blockOf.Length; block++)
        {
            byte[] flags = [.. Enumerable.Range(block * BlockSize, BlockSize).Select(Classify)];
            int index = blocks.FindIndex(known => known.AsSpan().SequenceEqual(flags));
            if (index < 0)
            {
                index = blocks.Count;
                blocks.Add(flags);
            }

            _blockOf[block] = (ushort)index;
        }

        return [.. blocks.SelectMany(block => block)];
    }

    private static byte Classify(int codePoint)
    {
        int flags = CharUnicodeInfo.GetUnicodeCategory(codePoint) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.TitlecaseLetter => Letter | Upper,
            UnicodeCategory.LowercaseLetter => Letter | Lower,
            UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter => Letter | Upper | Lower,
            UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark =>
                Upper | Lower,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Number,
            _ => 0,
        };
        if (codePoint <= char.MaxValue && char.IsWhiteSpace((char)codePoint))
        {
            flags |= codePoint is '\r' or '\n' ? Space | NewLine : Space;
        }

        return (byte)flags;
    }
}
