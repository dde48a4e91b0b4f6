using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Puyu.Data.Text;

/// <summary>64-bit hashes that tell the words and lines of a text apart; not kept beyond the process.</summary>
/// <remarks>
/// Up to 16 characters of ASCII are packed in two numbers of 64 bits, and so are up to 8 of others, so that words of up
/// to 8 or 4 never collide among themselves; longer ones go four units at a time.
/// </remarks>
internal static class WordHash
{
    private const int Packed = 16;
    private const int UnitsAtOnce = 4;

    /// <summary>Sixteen units that stay, then sixteen that do not: from 16 − n on it keeps n.</summary>
    private static readonly ushort[] _mask =
        [.. Enumerable.Repeat(ushort.MaxValue, Packed), .. Enumerable.Repeat((ushort)0, Packed)];

    /// <summary>The hash of a part of a text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<char> text, int start, int length) =>
        length <= Packed && start + Packed <= text.Length
            ? OfPacked(ref Unsafe.As<char, ushort>(ref Unsafe.Add(ref MemoryMarshal.GetReference(text), start)), length)
            : OfOther(text.Slice(start, length));

    /// <summary>The hash of any number of units, such as a line's; a word's only for those over 16.</summary>
    public static ulong OfMany(ReadOnlySpan<char> units)
    {
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(units);
        ref byte first = ref MemoryMarshal.GetReference(bytes);
        ulong one = (ulong)bytes.Length * 0xE7037ED1A0B428DB;
        ulong two = 0x8EBC6AF09C88C6E3;
        int at = 0;
        for (; at + (2 * sizeof(ulong)) <= bytes.Length; at += 2 * sizeof(ulong))
        {
            one = Step(one, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at)));
            two = Step(two, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, at + sizeof(ulong))));
        }

        // What is left is read again from within the last 16 bytes, or unit by unit if there are fewer.
        if (bytes.Length >= 2 * sizeof(ulong))
        {
            one = Step(one, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, bytes.Length - (2 * sizeof(ulong)))));
            two = Step(two, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref first, bytes.Length - sizeof(ulong))));
        }
        else
        {
            foreach (char unit in units)
            {
                one = Step(one, unit);
            }
        }

        return Hashing.Mix(one ^ BitOperations.RotateLeft(two, 32));
    }

    /// <summary>Of up to 16 units, with 16 to be read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong OfPacked(ref ushort first, int length)
    {
        ref ushort mask = ref MemoryMarshal.GetArrayDataReference(_mask);
        Vector256<ushort> word = Vector256.LoadUnsafe(ref first)
            & Vector256.LoadUnsafe(ref mask, (nuint)(Packed - length));
        if ((word & Vector256.Create((ushort)0xFF80)) == Vector256<ushort>.Zero)
        {
            Vector128<ulong> bytes = Vector128.Narrow(word.GetLower(), word.GetUpper()).AsUInt64();
            return Combine(bytes[0], bytes[1]);
        }

        if (length <= 2 * UnitsAtOnce)
        {
            Vector128<ulong> units = word.GetLower().AsUInt64();
            return CombineWide(units[0], units[1]);
        }

        return OfMany(MemoryMarshal.CreateReadOnlySpan(ref Unsafe.As<ushort, char>(ref first), length));
    }

    /// <summary>Of a long word, or of one near the end of the text.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static ulong OfOther(ReadOnlySpan<char> word)
    {
        if (word.Length > Packed)
        {
            return OfMany(word);
        }

        Span<char> units = stackalloc char[Packed];
        units.Clear();
        word.CopyTo(units);
        return OfPacked(ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(units)), word.Length);
    }

    /// <summary>Odd factors: without a second half it is a bijection.</summary>
    private static ulong Combine(ulong low, ulong high) => (low * 0xD6E8FEB86659FD93) + (high * 0xA0761D6478BD642F);

    private static ulong CombineWide(ulong low, ulong high) =>
        ((low ^ 0x2545F4914F6CDD1D) * 0x9FB21C651E98DF25) + (high * 0xD1B54A32D192ED03);

    private static ulong Step(ulong hash, ulong bytes) =>
        (BitOperations.RotateLeft(hash, 27) ^ bytes) * 0x9FB21C651E98DF25;
}
