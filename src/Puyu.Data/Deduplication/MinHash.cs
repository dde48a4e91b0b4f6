using System.Numerics;
using System.Runtime.InteropServices;
using Puyu.Abstractions;

namespace Puyu.Data.Deduplication;

/// <summary>
/// MinHash signatures: the share of places at which two signatures agree estimates the Jaccard similarity of the texts'
/// sets of shingles, with standard error √(s(1 − s)/k).
/// </summary>
/// <remarks>
/// Source: Broder, On the Resemblance and Containment of Documents, 1997. The i-th hash of a shingle x, a mixed 32-bit
/// number, is ((x ⊕ aᵢ) · bᵢ) with its upper half folded into its lower, times an odd constant; bᵢ odd. Each step is a
/// bijection, so two shingles collide in all hashes or in none. Signatures are padded to whole vectors. Four vectors of
/// minima stay in registers over all shingles, with their eight of constants.
/// </remarks>
internal sealed class MinHash
{
    private const int MaxLanes = 16; // uints in the widest vector: the padding does not depend on the machine
    private const uint Odd = 0x85EBCA6B;

    private readonly uint[] _xors;
    private readonly uint[] _factors;

    public MinHash(int hashes, ulong seed)
    {
        Hashes = hashes;
        Stride = (Hashes + MaxLanes - 1) / MaxLanes * MaxLanes;
        _xors = new uint[Stride];
        _factors = new uint[Stride];
        var random = new CounterRandom(seed);
        for (int i = 0; i < Stride; i++)
        {
            _xors[i] = random.NextUInt32();
            _factors[i] = random.NextUInt32() | 1;
        }
    }

    /// <summary>Number of hashes, k.</summary>
    public int Hashes { get; }

    /// <summary>Length of a signature: <see cref="Hashes"/> and the padding, which is to be ignored.</summary>
    public int Stride { get; }

    /// <summary>Share of equal hashes.</summary>
    /// <param name="a">A signature without padding.</param>
    /// <param name="b">Another.</param>
    public static double Similarity(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        int equal = 0;
        for (int i = 0; i < a.Length; i++)
        {
            equal += a[i] == b[i] ? 1 : 0;
        }

        return (double)equal / a.Length;
    }

    /// <summary>Computes the signature of a text.</summary>
    /// <param name="shingles">Hashes of its shingles, of which the upper half is taken.</param>
    /// <param name="signature">[<see cref="Stride"/>], overwritten. All ones if there are no shingles.</param>
    public void Sign(ReadOnlySpan<ulong> shingles, Span<uint> signature)
    {
        ReadOnlySpan<uint> halves = MemoryMarshal.Cast<ulong, uint>(shingles);
        int width = Vector<uint>.Count;
        int i = 0;
        for (; i <= Stride - (4 * width); i += 4 * width)
        {
            SignFour(halves, i, signature);
        }

        for (; i < Stride; i += width)
        {
            var xor = new Vector<uint>(_xors, i);
            var factor = new Vector<uint>(_factors, i);
            var least = new Vector<uint>(uint.MaxValue);
            for (int shingle = 1; shingle < halves.Length; shingle += 2)
            {
                least = Vector.Min(least, Hash(new Vector<uint>(halves[shingle]), xor, factor));
            }

            least.CopyTo(signature[i..]);
        }
    }

    private void SignFour(ReadOnlySpan<uint> halves, int i, Span<uint> signature)
    {
        int width = Vector<uint>.Count;
        var xor0 = new Vector<uint>(_xors, i);
        var xor1 = new Vector<uint>(_xors, i + width);
        var xor2 = new Vector<uint>(_xors, i + (2 * width));
        var xor3 = new Vector<uint>(_xors, i + (3 * width));
        var factor0 = new Vector<uint>(_factors, i);
        var factor1 = new Vector<uint>(_factors, i + width);
        var factor2 = new Vector<uint>(_factors, i + (2 * width));
        var factor3 = new Vector<uint>(_factors, i + (3 * width));
        var least0 = new Vector<uint>(uint.MaxValue);
        Vector<uint> least1 = least0;
        Vector<uint> least2 = least0;
        Vector<uint> least3 = least0;
        for (int shingle = 1; shingle < halves.Length; shingle += 2)
        {
            var x = new Vector<uint>(halves[shingle]);
            least0 = Vector.Min(least0, Hash(x, xor0, factor0));
            least1 = Vector.Min(least1, Hash(x, xor1, factor1));
            least2 = Vector.Min(least2, Hash(x, xor2, factor2));
            least3 = Vector.Min(least3, Hash(x, xor3, factor3));
        }

        least0.CopyTo(signature[i..]);
        least1.CopyTo(signature[(i + width)..]);
        least2.CopyTo(signature[(i + (2 * width))..]);
        least3.CopyTo(signature[(i + (3 * width))..]);
    }

    private static Vector<uint> Hash(Vector<uint> x, Vector<uint> xor, Vector<uint> factor)
    {
        Vector<uint> hash = (x ^ xor) * factor;
        return (hash ^ (hash >>> 16)) * new Vector<uint>(Odd);
    }
}
