using System.Runtime.InteropServices;

namespace Puyu.Data.Text;

/// <summary>Divides text in words: finds what 64 units are at once, then their borders in a few operations.</summary>
/// <remarks>
/// What a unit is depends on its class and on its neighbours alone, so bits of classes shifted by one place give the
/// borders. Only what is beyond ASCII is looked up unit by unit. The tests compare with
/// <see cref="SegmentationReference"/>.
/// </remarks>
internal static class Segmentation
{
    private const int Last = UnitMasks.Units - 1;

    /// <summary>Words and marks, about as the tokenizers that datatrove uses divide English.</summary>
    /// <param name="text">The text.</param>
    /// <param name="ideographs">What is a word among ideographs.</param>
    /// <param name="words">Takes the words, in place of those it has.</param>
    public static void Divide(ReadOnlySpan<char> text, IdeographWords ideographs, WordPlaces words)
    {
        bool pairs = ideographs == IdeographWords.Pairs && !System.Text.Ascii.IsValid(text);
        if (pairs || !TryDivide(text, words))
        {
            SegmentationReference.Divide(text, ideographs, words);
        }
    }

    /// <summary>What white space divides, as dolma reads words.</summary>
    public static void DivideAtSpaces(ReadOnlySpan<char> text, WordPlaces words)
    {
        Span<ushort> edge = stackalloc ushort[UnitMasks.Units + 1];
        words.Clear();
        ulong wasSpace = 1;
        for (int at = 0; at <= text.Length; at += UnitMasks.Units)
        {
            UnitMasks masks = UnitMasks.Read(ref Block(text, at, edge));
            masks.AddSpaces(text, at);
            ulong beforeSpace = (masks.Spaces << 1) | wasSpace;
            words.Add(at, ~masks.Spaces & beforeSpace, masks.Spaces & ~beforeSpace);
            wasSpace = masks.Spaces >> Last;
        }
    }

    /// <returns>False if there is half a character without its other half, which no bit says enough of.</returns>
    private static bool TryDivide(ReadOnlySpan<char> text, WordPlaces words)
    {
        Span<ushort> edge = stackalloc ushort[UnitMasks.Units + 1];
        words.Clear();
        var before = new Carry { Space = 1 };
        for (int at = 0; at <= text.Length; at += UnitMasks.Units)
        {
            UnitMasks masks = UnitMasks.Read(ref Block(text, at, edge));
            if (masks.NotAscii != 0 && !masks.TryAddOthers(text, at))
            {
                return false;
            }

            int next = at + UnitMasks.Units;
            CharacterClass behind = next < text.Length ? CharacterClasses.Of(text[next]) : CharacterClass.Space;
            before.Divide(masks, behind, out ulong starts, out ulong ends);
            words.Add(at, starts, ends);
        }

        return true;
    }

    /// <summary>64 units with one before them, copied between spaces at the beginning and end of the text.</summary>
    private static ref ushort Block(ReadOnlySpan<char> text, int at, Span<ushort> edge)
    {
        ReadOnlySpan<ushort> units = MemoryMarshal.Cast<char, ushort>(text);
        if (at > 0 && at + UnitMasks.Units <= text.Length)
        {
            return ref System.Runtime.CompilerServices.Unsafe.Add(ref MemoryMarshal.GetReference(units), at);
        }

        edge.Fill(' ');
        int first = Math.Max(0, at - 1);
        units[first..Math.Min(units.Length, at + UnitMasks.Units)].CopyTo(edge[(first + 1 - at)..]);
        return ref edge[1];
    }

    /// <summary>What is known of the unit before a block, in bit 0.</summary>
    private struct Carry
    {
        public ulong Letter;
        public ulong Digit;
        public ulong Word;
        public ulong Space;

        /// <summary>The borders of words in a block.</summary>
        /// <param name="masks">Its units.</param>
        /// <param name="behind">Class of the unit behind it.</param>
        /// <param name="starts">Where words begin.</param>
        /// <param name="ends">Before which units words end.</param>
        public void Divide(in UnitMasks masks, CharacterClass behind, out ulong starts, out ulong ends)
        {
            ulong letterBehind = (masks.Letters >> 1) | (behind == CharacterClass.Letter ? 1UL << Last : 0);
            ulong digitBehind = (masks.Digits >> 1) | (behind == CharacterClass.Digit ? 1UL << Last : 0);
            ulong word = masks.Word
                | (masks.Apostrophes & ((masks.Letters << 1) | Letter) & letterBehind)
                | (masks.Points & ((masks.Digits << 1) | Digit) & digitBehind);
            ulong marks = ~(word | masks.Spaces | masks.Alone | masks.Inside);
            starts = (word & ~((word << 1) | Word)) | masks.Alone | (marks & ~masks.Same);
            ends = (starts | masks.Spaces) & ~((masks.Spaces << 1) | Space);
            Letter = masks.Letters >> Last;
            Digit = masks.Digits >> Last;
            Word = word >> Last;
            Space = masks.Spaces >> Last;
        }
    }
}
