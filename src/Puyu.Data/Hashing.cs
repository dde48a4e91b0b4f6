using System.Buffers.Binary;
using System.Numerics;

namespace Puyu.Data;

/// <summary>A fast hash for telling contents apart; not for security.</summary>
internal static class Hashing
{
    /// <summary>128 bits of a byte string.</summary>
    /// <remarks>MurmurHash3_x64_128 with seed 0. Source: Appleby, MurmurHash3, 2011 (public domain).</remarks>
    public static UInt128 Hash128(ReadOnlySpan<byte> bytes)
    {
        const ulong C1 = 0x87C37B91114253D5;
        const ulong C2 = 0x4CF5AD432745937F;
        ulong length = (ulong)bytes.Length;
        ulong h1 = 0;
        ulong h2 = 0;
        while (bytes.Length >= 16)
        {
            ulong k1 = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            ulong k2 = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
            h1 ^= BitOperations.RotateLeft(k1 * C1, 31) * C2;
            h1 = ((BitOperations.RotateLeft(h1, 27) + h2) * 5) + 0x52DCE729;
            h2 ^= BitOperations.RotateLeft(k2 * C2, 33) * C1;
            h2 = ((BitOperations.RotateLeft(h2, 31) + h1) * 5) + 0x38495AB5;
            bytes = bytes[16..];
        }

        Span<byte> tail = stackalloc byte[16];
        tail.Clear();
        bytes.CopyTo(tail);
        h2 ^= BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(tail[8..]) * C2, 33) * C1;
        h1 ^= BitOperations.RotateLeft(BinaryPrimitives.ReadUInt64LittleEndian(tail) * C1, 31) * C2;
        h1 ^= length;
        h2 ^= length;
        h1 += h2;
        h2 += h1;
        h1 = Mix(h1);
        h2 = Mix(h2);
        h1 += h2;
        h2 += h1;
        return new UInt128(h2, h1);
    }

    /// <summary>
    /// A bijection of 64 bits in which every input bit affects every output bit (MurmurHash3's finalizer).
    /// </summary>
    public static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xFF51AFD7ED558CCD;
        value = (value ^ (value >> 33)) * 0xC4CEB9FE1A85EC53;
        return value ^ (value >> 33);
    }
}
