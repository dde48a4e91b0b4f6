using Puyu.Abstractions;

namespace Puyu.Tensors.Tests.Ops;

public class RopeTableTests
{
    private const int HeadDim = 64;

    [Fact]
    public void Table_HoldsTheFrequenciesOfTheirDefinition()
    {
        using var backend = new ReferenceBackend();
        using var table = new RopeTable(new RopeOptions { Theta = 10_000 }, HeadDim, backend);

        table.For(1000).Fill([999]);

        for (int i = 0; i < HeadDim / 2; i++)
        {
            double angle = 999 * Math.Pow(10_000, -2.0 * i / HeadDim);
            Assert.Equal((float)Math.Cos(angle), table.Cosines.Span<float>()[(999 * HeadDim / 2) + i], 1e-7);
            Assert.Equal((float)Math.Sin(angle), table.Sines.Span<float>()[(999 * HeadDim / 2) + i], 1e-7);
        }
    }

    [Fact]
    public void For_KeepsRows_WhenTheTableGrows()
    {
        using var backend = new ReferenceBackend();
        using var table = new RopeTable(new RopeOptions(), HeadDim, backend);
        table.For(8).Fill([0, 7]);
        float[] before = Row(table, 7);

        table.For(5000).Fill([4999]);

        Assert.Equal(before, Row(table, 7));
    }

    [Fact]
    public void DynamicNtk_DependsOnTheLengthAlone_NotOnEarlierOnes()
    {
        using var backend = new ReferenceBackend();
        var scaling = new DynamicNtkRopeScaling { Factor = 2, MaxPositions = 64 };
        using var table = new RopeTable(new RopeOptions { Scaling = scaling }, HeadDim, backend);
        using var plain = new RopeTable(new RopeOptions(), HeadDim, backend);
        double theta = 10_000 * Math.Pow((2.0 * 100 / 64) - 1, HeadDim / (HeadDim - 2.0));
        using var longer = new RopeTable(new RopeOptions { Theta = theta }, HeadDim, backend);

        float[][] rows = [.. ((int[])[10, 64, 100, 30, 100]).Select(length => Row(table.For(length), 9))];

        float[] expectedShort = Row(plain.For(10), 9);
        float[] expectedLong = Row(longer.For(100), 9);
        Assert.Equal([expectedShort, expectedShort, expectedLong, expectedShort, expectedLong], rows);
    }

    [Fact]
    public void Linear_DividesPositions()
    {
        using var backend = new ReferenceBackend();
        using var table = new RopeTable(
            new RopeOptions { Scaling = new LinearRopeScaling { Factor = 4 } }, HeadDim, backend);
        using var plain = new RopeTable(new RopeOptions(), HeadDim, backend);

        Assert.Equal(Row(plain.For(40), 3), Row(table.For(40), 12));
    }

    [Fact]
    public void Yarn_MatchesItsDefinition()
    {
        // Pairs 0–20 keep their frequency and those from 46 on are divided: for E = 128, θ = 10,000 and L = 4096,
        // c(32) = 20.94 and c(1) = 45.03.
        double[] frequencies = new double[64];
        var scaling = new YarnRopeScaling { Factor = 8, OriginalMaxPositions = 4096 };

        scaling.Frequencies(10_000, effectiveLength: 0, frequencies);

        double[] ratios = [.. frequencies.Select((f, i) => f / Math.Pow(10_000, -i / 64.0))];
        Assert.All(ratios[..21], ratio => Assert.Equal(1, ratio, 1e-12));
        Assert.All(ratios[46..], ratio => Assert.Equal(1 / 8.0, ratio, 1e-12));
        Assert.Equal((0.5 * 1) + (0.5 / 8), ratios[33], 1e-12);
        Assert.Equal((0.1 * Math.Log(8)) + 1, scaling.Amplitude, 1e-12);
        Assert.Equal(1.5, (scaling with { AttentionFactor = 1.5 }).Amplitude);
    }

    [Fact]
    public void Llama3_KeepsFastPairs_AndDividesSlowOnes()
    {
        double[] frequencies = new double[64];
        double[] plain = new double[64];
        var scaling = new Llama3RopeScaling { Factor = 8, OriginalMaxPositions = 8192 };

        RopeScaling.Unscaled(500_000, plain);
        scaling.Frequencies(500_000, effectiveLength: 0, frequencies);

        Assert.All(Enumerable.Range(0, 64), i =>
        {
            double wavelength = 2 * Math.PI / plain[i];
            double smooth = ((8192 / wavelength) - 1) / (4 - 1);
            double expected = wavelength < 8192 / 4.0 ? plain[i]
                : wavelength > 8192 ? plain[i] / 8
                : ((1 - smooth) * plain[i] / 8) + (smooth * plain[i]);
            Assert.Equal(expected, frequencies[i], expected * 1e-12);
        });
    }

    [Fact]
    public void Table_MultipliesByTheAttentionFactor()
    {
        using var backend = new ReferenceBackend();
        var scaling = new YarnRopeScaling { Factor = 2, OriginalMaxPositions = 128, AttentionFactor = 1.25 };
        using var table = new RopeTable(new RopeOptions { Scaling = scaling }, HeadDim, backend);

        Assert.All(Row(table, 0), cosine => Assert.Equal(1.25f, cosine));
    }

    [Fact]
    public void Validated_ListsEveryProblem()
    {
        var options = new RopeOptions { Theta = 0, Scaling = new DynamicNtkRopeScaling { Factor = 0.5, MaxPositions = 0 } };

        OptionsException exception = Assert.Throws<OptionsException>(() => options.Validated(headDim: 63));

        Assert.Equal(
            """
            RopeOptions has 4 problems:
              - Theta is 0 but must be greater than 1
              - headDim is 63 but must be even and positive: elements rotate in pairs
              - Factor is 0.5 but must be at least 1
              - MaxPositions is 0 but must be positive
            """,
            exception.Message);
    }

    private static float[] Row(RopeTable table, int position)
    {
        table.Fill([position]);
        return table.Cosines.Span<float>().Slice(position * table.HeadDim / 2, table.HeadDim / 2).ToArray();
    }
}
