using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Puyu.Tokenizers;

/// <summary>UTF-8 without the checks that one pass over the text makes once.</summary>
internal static class Utf8
{
    private static readonly UTF8Encoding _strict = new(false, throwOnInvalidBytes: true);

    /// <summary>The UTF-8 bytes of a text.</summary>
    /// <exception cref="ArgumentException">The text has half of a surrogate pair.</exception>
    public static byte[] Bytes(string text) => _strict.GetBytes(text);

    /// <summary>Length in bytes of the character that starts with <paramref name="first"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Length(byte first) => first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    /// <summary>The code point at <paramref name="at"/> of valid UTF-8, and its length in bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Decode(ReadOnlySpan<byte> utf8, int at, out int length)
    {
        int first = utf8[at];
        if (first < 0x80)
        {
            length = 1;
            return first;
        }

        if (first < 0xE0)
        {
            length = 2;
            return ((first & 0x1F) << 6) | (utf8[at + 1] & 0x3F);
        }

        if (first < 0xF0)
        {
            length = 3;
            return ((first & 0x0F) << 12) | ((utf8[at + 1] & 0x3F) << 6) | (utf8[at + 2] & 0x3F);
        }

        length = 4;
        return ((first & 0x07) << 18) | ((utf8[at + 1] & 0x3F) << 12) | ((utf8[at + 2] & 0x3F) << 6)
            | (utf8[at + 3] & 0x3F);
    }

    /// <summary>Start of the character that ends before <paramref name="end"/>.</summary>
    public static int Previous(ReadOnlySpan<byte> utf8, int end)
    {
        int at = end - 1;
        while ((utf8[at] & 0xC0) == 0x80)
        {
            at--;
        }

        return at;
    }

    /// <summary>Checks a text once, so that what follows may read it without looking.</summary>
    /// <exception cref="ArgumentException">Some byte begins or continues no character; names its offset.</exception>
    public static void ThrowIfInvalid(ReadOnlySpan<byte> utf8)
    {
        int at = InvalidOffset(utf8);
        if (at >= 0)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"the text is {utf8.Length} bytes but byte {at} (0x{utf8[at]:X2}) is not UTF-8"));
        }
    }

    /// <summary>Offset of the first byte that begins or continues no character; −1 where there is none.</summary>
    public static int InvalidOffset(ReadOnlySpan<byte> utf8)
    {
        if (System.Text.Unicode.Utf8.IsValid(utf8))
        {
            return -1;
        }

        int at = 0;
        while (Rune.DecodeFromUtf8(utf8[at..], out _, out int length) == System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }
}
