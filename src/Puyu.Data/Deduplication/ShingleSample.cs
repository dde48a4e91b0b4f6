namespace Puyu.Data.Deduplication;

/// <summary>
/// The shingles of a document whose hashes are below a limit, in no order: all of a short document, about 1,024 of a
/// longer one. Two documents are compared below the lower of their limits, where both have all they have.
/// </summary>
/// <remarks>
/// Hashes are 32 bits, the upper halves of those of shingles. Nothing is sorted until two documents are compared. The
/// first number is the limit. Source: Irber et al., Lightweight Compositional Analysis of Metagenomes with FracMinHash,
/// 2022.
/// </remarks>
internal static class ShingleSample
{
    private const int Size = 1024;
    private const int OnStack = 2048;

    /// <summary>Writes the sample of a document.</summary>
    /// <param name="shingles">Hashes of its shingles, repeated ones included.</param>
    /// <param name="sample">[shingles + 1], overwritten.</param>
    /// <returns>How many numbers it has.</returns>
    public static int Write(ReadOnlySpan<ulong> shingles, Span<uint> sample)
    {
        uint limit = shingles.Length <= Size ? uint.MaxValue : (uint)(((ulong)Size << 32) / (ulong)shingles.Length);
        sample[0] = limit;
        int count = 1;
        foreach (ulong shingle in shingles)
        {
            // Written in any case and kept by moving on: which are below the limit cannot be predicted.
            uint hash = (uint)(shingle >> 32);
            sample[count] = hash;
            count += hash <= limit ? 1 : 0;
        }

        return count;
    }

    /// <summary>The Jaccard similarity of two documents by their samples; 0 if neither has a shingle there.</summary>
    public static double Similarity(ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        uint limit = Math.Min(a[0], b[0]);
        Span<uint> ofA = Below(limit, a[1..], a.Length <= OnStack ? stackalloc uint[OnStack] : new uint[a.Length]);
        Span<uint> ofB = Below(limit, b[1..], b.Length <= OnStack ? stackalloc uint[OnStack] : new uint[b.Length]);
        (int i, int j, int common) = (0, 0, 0);
        while (i < ofA.Length && j < ofB.Length)
        {
            (uint x, uint y) = (ofA[i], ofB[j]);
            common += x == y ? 1 : 0;
            i += x <= y ? 1 : 0;
            j += y <= x ? 1 : 0;
        }

        int all = ofA.Length + ofB.Length - common;
        return all == 0 ? 0 : (double)common / all;
    }

    /// <summary>The distinct hashes up to a limit, ascending.</summary>
    private static Span<uint> Below(uint limit, ReadOnlySpan<uint> hashes, Span<uint> buffer)
    {
        int count = 0;
        foreach (uint hash in hashes)
        {
            buffer[count] = hash;
            count += hash <= limit ? 1 : 0;
        }

        Span<uint> sorted = buffer[..count];
        sorted.Sort();
        int distinct = 0;
        for (int i = 0; i < sorted.Length; i++)
        {
            if (i == 0 || sorted[i] != sorted[i - 1])
            {
                sorted[distinct++] = sorted[i];
            }
        }

        return sorted[..distinct];
    }
}
