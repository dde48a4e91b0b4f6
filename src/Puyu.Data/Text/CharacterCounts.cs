using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Puyu.Data.Text;

/// <summary>How many UTF-16 units of a text are of which kind. A character of two units counts twice.</summary>
internal struct CharacterCounts
{
    /// <summary>Letters, ideographs and kana included.</summary>
    public int Letters;

    /// <summary>Letters in upper case.</summary>
    public int Uppercase;

    /// <summary>Decimal digits of any script.</summary>
    public int Digits;

    /// <summary>White space with line feeds.</summary>
    public int Spaces;

    /// <summary>Line feeds.</summary>
    public int LineFeeds;

    /// <summary>Han characters.</summary>
    public int Ideographs;

    /// <summary>Hiragana and katakana.</summary>
    public int Kana;

    /// <summary>Beyond ASCII.</summary>
    public int NotAscii;

    /// <summary>Bytes in UTF-8.</summary>
    public long Utf8Bytes;

    /// <summary>Counts a text: ASCII 32 units at a time, what is beyond it one by one.</summary>
    public static CharacterCounts Of(ReadOnlySpan<char> text)
    {
        var counts = new CharacterCounts { Utf8Bytes = Encoding.UTF8.GetByteCount(text) };
        int at = 0;
        ref ushort first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        while (at + Vector512<ushort>.Count <= text.Length)
        {
            Vector512<ushort> block = Vector512.LoadUnsafe(ref first, (nuint)at);
            ulong others = Vector512.GreaterThan(block, Vector512.Create((ushort)0x7F)).ExtractMostSignificantBits();
            counts.AddAscii(block);
            for (; others != 0; others &= others - 1)
            {
                counts.AddOther(text[at + BitOperations.TrailingZeroCount(others)]);
            }

            at += Vector512<ushort>.Count;
        }

        counts.AddOneByOne(text[at..]);
        return counts;
    }

    private void AddAscii(Vector512<ushort> block)
    {
        Letters += Within(block | Vector512.Create((ushort)0x20), 'a', 26);
        Uppercase += Within(block, 'A', 26);
        Digits += Within(block, '0', 10);
        Spaces += Within(block, '\t', 5) + Within(block, ' ', 1);
        LineFeeds += Within(block, '\n', 1);
    }

    private static int Within(Vector512<ushort> block, char first, ushort count) => BitOperations.PopCount(
        Vector512.LessThan(block - Vector512.Create((ushort)first), Vector512.Create(count))
            .ExtractMostSignificantBits());

    private void AddOneByOne(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c > 0x7F)
            {
                AddOther(c);
                continue;
            }

            Letters += char.IsAsciiLetter(c) ? 1 : 0;
            Uppercase += char.IsAsciiLetterUpper(c) ? 1 : 0;
            Digits += char.IsAsciiDigit(c) ? 1 : 0;
            Spaces += char.IsWhiteSpace(c) ? 1 : 0;
            LineFeeds += c == '\n' ? 1 : 0;
        }
    }

    private void AddOther(char c)
    {
        NotAscii++;
        switch (CharacterClasses.Of(c))
        {
            case CharacterClass.Letter:
                Letters++;
                Uppercase += char.IsUpper(c) ? 1 : 0;
                break;
            case CharacterClass.Digit:
                Digits += char.IsDigit(c) ? 1 : 0;
                break;
            case CharacterClass.Space:
                Spaces++;
                break;
            case CharacterClass.Ideograph:
                Letters++;
                Ideographs++;
                break;
            case CharacterClass.Kana:
                Letters++;
                Kana++;
                break;
        }
    }
}
