using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data.Tests.Deduplication;

public class ShingleSampleTests
{
    [Theory]
    [InlineData(300, 400, 200, 1e-9)]
    [InlineData(1022, 10, 10, 1e-9)] // two more are repeated
    [InlineData(20_000, 18_000, 15_000, 0.04)] // three standard errors of some 1,100 hashes, at 0.65
    [InlineData(1000, 60_000, 900, 0.02)]
    public void Similarity_IsThatOfTheSets(int a, int b, int common, double tolerance)
    {
        var random = new CounterRandom(3);
        ulong[] all = [.. Enumerable.Range(0, a + b - common).Select(_ => random.NextUInt64())];

        double similarity = ShingleSample.Similarity(
            Sample([.. all[..a], all[0], all[0]]), Sample(all[(a - common)..]));

        Assert.Equal((double)common / all.Length, similarity, tolerance);
    }

    [Fact]
    public void Write_KeepsAboutTheSame_OfAnyLength()
    {
        var random = new CounterRandom(4);
        ulong[] shingles = [.. Enumerable.Range(0, 100_000).Select(_ => random.NextUInt64())];

        Assert.InRange(Sample(shingles).Length, 900, 1150);
        Assert.Equal(501, Sample(shingles[..500]).Length);
    }

    private static uint[] Sample(ulong[] shingles)
    {
        uint[] sample = new uint[shingles.Length + 1];
        return sample[..ShingleSample.Write(shingles, sample)];
    }
}
