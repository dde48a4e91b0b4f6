using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Puyu.Data.Text;

/// <summary>64-bit hashes that tell the words of a text apart.</summary>
/// <remarks>
/// Up to 16 characters of ASCII are packed in two numbers of 64 bits, so that words of up to 8 never collide; all other
/// words go character by character (FNV-1a).
/// </remarks>
internal static class WordHash
{
    private const int Packed = 16;

    /// <summary>Sixteen units that stay, then sixteen that do not: from 16 − n on it keeps n.</summary>
    private static readonly ushort[] _mask =
        [.. Enumerable.Repeat(ushort.MaxValue, Packed), .. Enumerable.Repeat((ushort)0, Packed)];

    /// <summary>The hash of a part of a text.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<char> text, int start, int length)
    {
        if (length <= Packed && start + Packed <= text.Length)
        {
            ref ushort first = ref Unsafe.As<char, ushort>(ref MemoryMarshal.GetReference(text));
            ref ushort mask = ref MemoryMarshal.GetArrayDataReference(_mask);
            Vector256<ushort> word = Vector256.LoadUnsafe(ref first, (nuint)start)
                & Vector256.LoadUnsafe(ref mask, (nuint)(Packed - length));
            if ((word & Vector256.Create((ushort)0xFF80)) == Vector256<ushort>.Zero)
            {
                Vector128<ulong> bytes = Vector128.Narrow(word.GetLower(), word.GetUpper()).AsUInt64();
                return Combine(bytes[0], bytes[1]);
            }
        }

        return OneByOne(text.Slice(start, length));
    }

    /// <summary>The same without vectors, where fewer than 16 units are left or they are not ASCII.</summary>
    private static ulong OneByOne(ReadOnlySpan<char> word)
    {
        if (word.Length <= Packed && System.Text.Ascii.IsValid(word))
        {
            Span<byte> bytes = stackalloc byte[Packed];
            bytes.Clear();
            for (int i = 0; i < word.Length; i++)
            {
                bytes[i] = (byte)word[i];
            }

            return Combine(
                System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes),
                System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
        }

        ulong hash = 0xCBF29CE484222325;
        foreach (char c in word)
        {
            hash = (hash ^ c) * 0x100000001B3;
        }

        return hash;
    }

    /// <summary>Odd factors: without a second half it is a bijection.</summary>
    private static ulong Combine(ulong low, ulong high) => (low * 0xD6E8FEB86659FD93) + (high * 0xA0761D6478BD642F);
}
