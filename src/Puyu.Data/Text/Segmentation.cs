using System.Runtime.CompilerServices;
using System.Text;

namespace Puyu.Data.Text;

/// <summary>Divides text in words, in one pass that also hashes them.</summary>
internal static class Segmentation
{
    private const ulong Seed = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3; // FNV-1a, stepping by UTF-16 units

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
            int units = 1;
            if (kind == CharacterClass.Surrogate)
            {
                kind = CharacterClasses.OfRune(text, at, out units);
            }

            at = kind switch
            {
                CharacterClass.Space => at + 1,
                <= CharacterClass.Joiner => Word(text, at, words),
                CharacterClass.Ideograph or CharacterClass.Kana => Ideographs(text, at, units, ideographs, words),
                _ => Marks(text, at, units, words),
            };
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
            ulong hash = Seed;
            do
            {
                hash = (hash ^ text[at++]) * Prime;
            }
            while (at < text.Length && classes[text[at]] != CharacterClass.Space);
            words.Add(start, at - start, hash, isMark: false);
        }
    }

    private static int Word(ReadOnlySpan<char> text, int start, WordList words)
    {
        ReadOnlySpan<CharacterClass> classes = CharacterClasses.Table;
        ulong hash = Seed;
        int at = start;
        while (at < text.Length)
        {
            char c = text[at];
            CharacterClass kind = classes[c];
            if (kind > CharacterClass.Joiner && !Continues(text, at, kind))
            {
                break;
            }

            hash = (hash ^ c) * Prime;
            at++;
            if (kind == CharacterClass.Surrogate)
            {
                hash = (hash ^ text[at++]) * Prime;
            }
        }

        words.Add(start, at - start, hash, isMark: false);
        return at;
    }

    /// <summary>Whether a word goes on over a unit that is no letter or digit by itself.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool Continues(ReadOnlySpan<char> text, int at, CharacterClass kind)
    {
        if (kind == CharacterClass.Surrogate)
        {
            return CharacterClasses.OfRune(text, at, out int units) <= CharacterClass.Joiner && units == 2;
        }

        if (kind != CharacterClass.Inner || at == 0 || at + 1 == text.Length)
        {
            return false;
        }

        CharacterClass around = text[at] is '.' or ',' ? CharacterClass.Digit : CharacterClass.Letter;
        return CharacterClasses.Of(text[at - 1]) == around && CharacterClasses.Of(text[at + 1]) == around;
    }

    private static int Ideographs(
        ReadOnlySpan<char> text, int start, int units, IdeographWords ideographs, WordList words)
    {
        int end = start + units;
        if (ideographs == IdeographWords.Pairs && end < text.Length)
        {
            CharacterClass kind = CharacterClasses.Of(text[end]);
            units = 1;
            if (kind == CharacterClass.Surrogate)
            {
                kind = CharacterClasses.OfRune(text, end, out units);
            }

            end += kind is CharacterClass.Ideograph or CharacterClass.Kana ? units : 0;
        }

        words.Add(start, end - start, Hash(text[start..end]), isMark: false);
        return end;
    }

    private static int Marks(ReadOnlySpan<char> text, int start, int units, WordList words)
    {
        ReadOnlySpan<char> mark = text.Slice(start, units);
        int end = start + units;
        while (text[end..].StartsWith(mark, StringComparison.Ordinal))
        {
            end += units;
        }

        words.Add(start, end - start, Hash(text[start..end]), isMark: true);
        return end;
    }

    private static ulong Hash(ReadOnlySpan<char> text)
    {
        ulong hash = Seed;
        foreach (char c in text)
        {
            hash = (hash ^ c) * Prime;
        }

        return hash;
    }
}
