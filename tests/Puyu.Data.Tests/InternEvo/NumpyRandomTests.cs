using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Puyu.Data.InternEvo;

namespace Puyu.Data.Tests.InternEvo;

public class NumpyRandomTests
{
    /// <summary>The value that ISO C++ [rand.predef] requires of mt19937, which has the same seeding.</summary>
    [Fact]
    public void NextUInt32_GivesTheTenThousandthValueOfTheStandard()
    {
        var random = new NumpyRandom(5489);
        for (int i = 1; i < 10_000; i++)
        {
            random.NextUInt32();
        }

        Assert.Equal(4123659995u, random.NextUInt32());
    }

    /// <summary>Goldens: <c>r = numpy.random.RandomState(seed); a = numpy.arange(10); r.shuffle(a); a</c>.</summary>
    [Theory]
    [InlineData(42, new[] { 8, 1, 5, 0, 7, 2, 9, 4, 3, 6 })]
    [InlineData(0, new[] { 2, 8, 4, 9, 1, 6, 7, 3, 0, 5 })]
    [InlineData(1024, new[] { 2, 3, 7, 0, 6, 8, 5, 4, 9, 1 })]
    public void Shuffle_IsThatOfNumpy(uint seed, int[] expected)
    {
        int[] actual = [.. Enumerable.Range(0, 10)];

        new NumpyRandom(seed).Shuffle(actual.AsSpan());

        Assert.Equal(expected, actual);
    }

    /// <summary>Golden: <c>numpy.random.RandomState(0).randint(0, 10, 10)</c>.</summary>
    [Fact]
    public void NextInterval_IsThatOfNumpy()
    {
        var random = new NumpyRandom(0);

        Assert.Equal([5u, 0, 3, 3, 7, 9, 3, 5, 2, 4], Enumerable.Range(0, 10).Select(_ => random.NextInterval(9)));
    }

    /// <summary>
    /// Goldens: the same algorithm in Python on CPython's own MT19937, <c>random.setstate</c> with Knuth's seeding.
    /// </summary>
    [Fact]
    public void Shuffle_GoesOnWithItsStream_OverMoreThanOneBlock()
    {
        var random = new NumpyRandom(1024);
        int[] items = [.. Enumerable.Range(0, 1000)];

        random.Shuffle(items.AsSpan());
        Assert.Equal([570, 246, 619, 639, 467], items[..5]);
        Assert.Equal(
            "a58fb63216c97f8aceeabebba1311e77cc1d136fdc65ad9dae5f7061c0a4d9a3",
            Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(items.AsSpan()))));
        random.Shuffle(items.AsSpan());
        Assert.Equal([666, 57, 92, 991, 980], items[..5]);
    }
}
