using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Puyu.Data.Text;

/// <summary>Divides text in words, in one pass that also hashes them.</summary>
internal static class Segmentation
{
    /// <summary>Words and marks, about as the tokenizers that datatrove uses divide English.</summary>
    /// <remarks>
    /// A word is a run of letters, digits, low lines and their combining marks, with apostrophes between letters and
    /// periods and commas between digits; a run of one and the same mark is a word of its own; ideographs and kana are
    /// words as <paramref name="ideographs"/> says.
    /// </remarks>
    public static void Divide(ReadOnlySpan<char> text, IdeographWords ideographs, WordList words)
    {
        ReadOnlySpan<CharacterClass> classes = CharacterClasses.Table;
        words.Clear(text.Length / 4);
        int at = 0;
        while (at < text.Length)
        {
            CharacterClass kind = classes[text[at]];
            if (kind <= CharacterClass.Joiner)
            {
                int end = WordEnd(text, at);
                words.Add(at, end - at, WordHash.Of(text, at, end - at), isMark: false);
                at = end;
            }
            else
            {
                at = kind == CharacterClass.Space ? at + 1 : Other(text, at, kind, ideographs, words);
            }
        }
    }

    /// <summary>What white space divides, as dolma reads words.</summary>
    public static void DivideAtSpaces(ReadOnlySpan<char> text, WordList words)
    {
        ReadOnlySpan<CharacterClass> classes = CharacterClasses.Table;
        words.Clear(text.Length / 5);
        int at = 0;
        while (at < text.Length)
        {
            if (classes[text[at]] == CharacterClass.Space)
            {
                at++;
                continue;
            }

            int start = at;
            do
            {
                at++;
            }
            while (at < text.Length && classes[text[at]] != CharacterClass.Space);
            words.Add(start, at - start, WordHash.Of(text, start, at - start), isMark: false);
        }
    }

    private static int WordEnd(ReadOnlySpan<char> text, int start)
    {
        ReadOnlySpan<CharacterClass> classes = CharacterClasses.Table;
        int at = start;
        while (true)
        {
            at = AsciiWordEnd(text, at);
            while (at < text.Length && classes[text[at]] <= CharacterClass.Joiner)
            {
                at++;
            }

            if (at == text.Length)
            {
                return at;
            }

            CharacterClass kind = classes[text[at]];
            bool mayContinue = kind is CharacterClass.Inner or CharacterClass.Surrogate;
            if (!mayContinue || !Continues(text, at, kind))
            {
                return at;
            }

            at += kind == CharacterClass.Surrogate ? 2 : 1;
        }
    }

    /// <summary>End of the letters, digits and low lines of ASCII, or where that needs a closer look.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int AsciiWordEnd(ReadOnlySpan<char> text, int at)
    {
        const uint AllOf16 = 0xFFFF;
        ref ushort first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
        while (at + Vector256<ushort>.Count <= text.Length)
        {
            Vector256<ushort> block = Vector256.LoadUnsafe(ref first, (nuint)at);
            Vector256<ushort> isWord = IsWithin(block | Vector256.Create((ushort)0x20), 'a', 26)
                | IsWithin(block, '0', 10) | Vector256.Equals(block, Vector256.Create((ushort)'_'));
            uint others = ~isWord.ExtractMostSignificantBits() & AllOf16;
            if (others != 0)
            {
                return at + BitOperations.TrailingZeroCount(others);
            }

            at += Vector256<ushort>.Count;
        }

        return at;
    }

    private static Vector256<ushort> IsWithin(Vector256<ushort> block, char first, ushort count) =>
        Vector256.LessThan(block - Vector256.Create((ushort)first), Vector256.Create(count));

    /// <summary>Whether a word goes on over a unit that is no letter or digit by itself.</summary>
    private static bool Continues(ReadOnlySpan<char> text, int at, CharacterClass kind)
    {
        if (kind == CharacterClass.Surrogate)
        {
            return CharacterClasses.OfRune(text, at, out int units) <= CharacterClass.Joiner && units == 2;
        }

        if (at == 0 || at + 1 == text.Length)
        {
            return false;
        }

        CharacterClass around = text[at] is '.' or ',' ? CharacterClass.Digit : CharacterClass.Letter;
        return CharacterClasses.Of(text[at - 1]) == around && CharacterClasses.Of(text[at + 1]) == around;
    }

    /// <summary>Adds a word that does not begin with a letter or digit of one unit.</summary>
    /// <returns>Where to go on.</returns>
    private static int Other(
        ReadOnlySpan<char> text, int at, CharacterClass kind, IdeographWords ideographs, WordList words)
    {
        int units = 1;
        if (kind == CharacterClass.Surrogate)
        {
            kind = CharacterClasses.OfRune(text, at, out units);
        }

        int end = kind switch
        {
            <= CharacterClass.Joiner => WordEnd(text, at),
            CharacterClass.Ideograph or CharacterClass.Kana => IdeographsEnd(text, at + units, ideographs),
            _ => MarksEnd(text, at, units),
        };
        bool isMark = kind is CharacterClass.Mark or CharacterClass.Inner;
        words.Add(at, end - at, WordHash.Of(text, at, end - at), isMark);
        return end;
    }

    private static int IdeographsEnd(ReadOnlySpan<char> text, int end, IdeographWords ideographs)
    {
        if (ideographs == IdeographWords.Characters || end == text.Length)
        {
            return end;
        }

        CharacterClass kind = CharacterClasses.Of(text[end]);
        int units = 1;
        if (kind == CharacterClass.Surrogate)
        {
            kind = CharacterClasses.OfRune(text, end, out units);
        }

        return end + (kind is CharacterClass.Ideograph or CharacterClass.Kana ? units : 0);
    }

    private static int MarksEnd(ReadOnlySpan<char> text, int start, int units)
    {
        int end = start + units;
        while (end + units <= text.Length && text[end] == text[start]
            && (units == 1 || text[end + 1] == text[start + 1]))
        {
            end += units;
        }

        return end;
    }
}
