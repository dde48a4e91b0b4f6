using System.Numerics;
using Puyu.Abstractions;

namespace Puyu.Data.Deduplication;

/// <summary>
/// MinHash signatures: the share of places at which two signatures agree estimates the Jaccard similarity of the texts'
/// sets of shingles, with standard error √(s(1 − s)/k).
/// </summary>
/// <remarks>
/// Source: Broder, On the Resemblance and Containment of Documents, 1997. The i-th hash of a shingle x, a mixed 32-bit
/// number, is ((x ⊕ aᵢ) · bᵢ) with its upper half folded into its lower, times an odd constant; bᵢ odd. Each step is a
/// bijection, so two shingles collide in all hashes or in none. Signatures are padded to whole vectors.
/// </remarks>
internal sealed class MinHash
{
    private const int MaxLanes = 16; // uints in the widest vector: the padding does not depend on the machine

    private readonly int _shingleWords;
    private readonly uint[] _xors;
    private readonly uint[] _factors;

    public MinHash(DeduplicationOptions options)
    {
        _shingleWords = options.ShingleWords;
        Hashes = options.Bands * options.Rows;
        Stride = (Hashes + MaxLanes - 1) / MaxLanes * MaxLanes;
        _xors = new uint[Stride];
        _factors = new uint[Stride];
        var random = new CounterRandom(options.Seed);
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

    /// <summary>Computes the signature of a text.</summary>
    /// <param name="words">Hashes of its words.</param>
    /// <param name="signature">[<see cref="Stride"/>], overwritten. All ones if there are no words.</param>
    public void Sign(ReadOnlySpan<ulong> words, Span<uint> signature)
    {
        signature.Fill(uint.MaxValue);
        for (int first = 0; first < Shingles.Count(words.Length, _shingleWords); first++)
        {
            Lower((uint)(Shingles.At(words, first, _shingleWords) >> 32), signature);
        }
    }

    /// <summary>Share of equal hashes.</summary>
    public double Similarity(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        int equal = 0;
        for (int i = 0; i < Hashes; i++)
        {
            equal += a[i] == b[i] ? 1 : 0;
        }

        return (double)equal / Hashes;
    }

    private void Lower(uint shingle, Span<uint> signature)
    {
        var x = new Vector<uint>(shingle);
        for (int i = 0; i < signature.Length; i += Vector<uint>.Count)
        {
            Vector<uint> hash = (x ^ new Vector<uint>(_xors, i)) * new Vector<uint>(_factors, i);
            hash = (hash ^ (hash >>> 16)) * new Vector<uint>(0x85EBCA6B);
            Vector.Min(hash, new Vector<uint>(signature[i..])).CopyTo(signature[i..]);
        }
    }
}
