using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data.Tests.Deduplication;

public class MinHashTests
{
    private const int Union = 200;
    private const int Pairs = 20_000;

    private static readonly double[] _similarities = [.5, .6, .7, .75, .8, .85];

    /// <summary>
    /// Of 20,000 pairs of known similarity, the share that agree in a band is within 3 standard deviations of the
    /// S-curve, for the bandings of FineWeb (14 × 8) and of InternLM2's setting (14 × 9); and the mean of the estimate
    /// within 0.005 of the similarity.
    /// </summary>
    [Theory]
    [InlineData(0.5)]
    [InlineData(0.6)]
    [InlineData(0.7)]
    [InlineData(0.75)]
    [InlineData(0.8)]
    [InlineData(0.85)]
    [InlineData(0.9)]
    [InlineData(0.95)]
    public void Signatures_CollideAlongTheSCurve(double similarity)
    {
        Banding[] bandings = [new(14, 8), new(14, 9)];
        int[] collisions = new int[bandings.Length];
        double sum = 0;
        var minHash = new MinHash(128, seed: 1);
        uint[] a = new uint[128];
        uint[] b = new uint[128];
        for (int pair = 0; pair < Pairs; pair++)
        {
            SignPair(minHash, similarity, pair, a, b);
            sum += MinHash.Similarity(a, b);
            for (int i = 0; i < bandings.Length; i++)
            {
                collisions[i] += SharesBand(bandings[i], a, b) ? 1 : 0;
            }
        }

        Assert.InRange(sum / Pairs, similarity - 0.005, similarity + 0.005);
        for (int i = 0; i < bandings.Length; i++)
        {
            double p = bandings[i].Probability(similarity);
            double tolerance = 3 * Math.Sqrt(p * (1 - p) / Pairs);
            Assert.InRange((double)collisions[i] / Pairs, p - tolerance, p + tolerance);
        }
    }

    [Theory]
    [InlineData(112)]
    [InlineData(128)]
    [InlineData(5)]
    public void Sign_IsTheMinimumOverShingles_ComputedOneByOne(int hashes)
    {
        var minHash = new MinHash(hashes, seed: 1);
        var random = new CounterRandom(3);
        ulong[] shingles = [.. Enumerable.Range(0, 9).Select(_ => random.NextUInt64())];
        uint[] whole = new uint[minHash.Stride];
        minHash.Sign(shingles, whole);

        uint[] least = new uint[minHash.Stride];
        least.AsSpan().Fill(uint.MaxValue);
        uint[] one = new uint[minHash.Stride];
        foreach (ulong shingle in shingles)
        {
            minHash.Sign([shingle], one);
            for (int i = 0; i < least.Length; i++)
            {
                least[i] = Math.Min(least[i], one[i]);
            }
        }

        Assert.Equal(least, whole);
    }

    /// <summary>Optima published with RedPajama-V2 (128 hashes), and computed for others.</summary>
    [Theory]
    [InlineData(128, 0.7, 14, 9)]
    [InlineData(128, 0.8, 9, 13)]
    [InlineData(128, 0.9, 5, 25)]
    [InlineData(256, 0.7, 25, 10)]
    [InlineData(240, 0.7, 24, 10)]
    [InlineData(260, 0.8, 17, 15)]
    public void Banding_IsOptimal(int hashes, double threshold, int bands, int rows) =>
        Assert.Equal(new Banding(bands, rows), Banding.Optimal(hashes, threshold));

    /// <summary>Chances to be found at 0.5, 0.6, 0.7, 0.75, 0.8, 0.85.</summary>
    [Theory]
    [InlineData(14, 8, new[] { .053, .211, .565, .772, .924, .988 })]
    [InlineData(14, 9, new[] { .027, .132, .438, .665, .867, .975 })]
    [InlineData(20, 13, new[] { .002, .026, .177, .382, .677, .924 })]
    public void Banding_HasAnSCurve(int bands, int rows, double[] expected)
    {
        var banding = new Banding(bands, rows);

        Assert.Equal(expected, _similarities.Select(s => Math.Round(banding.Probability(s), 3)));
    }

    /// <summary>Two sets of random shingles, of which exactly so many of 200 are common.</summary>
    private static void SignPair(MinHash minHash, double similarity, int pair, uint[] a, uint[] b)
    {
        int common = (int)Math.Round(similarity * Union);
        int half = (Union - common) / 2;
        var random = new CounterRandom(5, (ulong)pair);
        Span<ulong> shingles = stackalloc ulong[Union];
        foreach (ref ulong shingle in shingles)
        {
            shingle = random.NextUInt64();
        }

        minHash.Sign(shingles[..(common + half)], a); // [only a | common | only b]
        minHash.Sign(shingles[half..], b);
    }

    private static bool SharesBand(Banding banding, ReadOnlySpan<uint> a, ReadOnlySpan<uint> b)
    {
        for (int first = 0; first < banding.Bands * banding.Rows; first += banding.Rows)
        {
            if (a.Slice(first, banding.Rows).SequenceEqual(b.Slice(first, banding.Rows)))
            {
                return true;
            }
        }

        return false;
    }
}
