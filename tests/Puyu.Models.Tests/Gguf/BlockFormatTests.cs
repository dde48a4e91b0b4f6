using Puyu.Abstractions;
using Puyu.Models.Gguf;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Tests.Gguf;

public sealed class BlockFormatTests
{
    private const int Blocks = 40;

    public static TheoryData<GgufType> Codes =>
        [GgufType.Q40, GgufType.Q41, GgufType.Q50, GgufType.Q80, GgufType.Q4K, GgufType.Q5K, GgufType.Q6K];

    [Theory]
    [MemberData(nameof(Codes))]
    public void Dequantize_MatchesTheTableOfTheFormat_ToTheBit(GgufType type)
    {
        BlockFormat format = BlockFormat.Of(type);
        byte[] blocks = RandomBlocks(format, seed: 5);
        float[] weights = new float[Blocks * format.Weights];

        format.Dequantize(blocks, weights);

        float[] expected = [.. blocks.Chunk(format.Bytes).SelectMany(block => BlockReference.Dequantize(type, block))
            .Select(weight => (float)weight)];
        Assert.Equal(expected, weights);
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public unsafe void ReadCodes_StandsForTheSameWeights(GgufType type)
    {
        BlockFormat format = BlockFormat.Of(type);
        byte[] blocks = RandomBlocks(format, seed: 6);
        int inputs = Blocks / 4 * format.Weights;
        float[] expected = new float[Blocks * format.Weights];
        format.Dequantize(blocks, expected);
        float[] weights = new float[expected.Length];

        QuantizedWeights read;
        fixed (byte* first = blocks)
        {
            read = format.ReadCodes(first, outputs: 4, inputs, rowOf: [2, 3, 0, 1]);
        }

        read.Dequantize(weights);
        float[] moved = [.. expected[(2 * inputs)..], .. expected[..(2 * inputs)]];
        Assert.All(moved.Zip(weights).Index(), entry =>
        {
            // scale · code and the offset are rounded once each, at most to half a unit of a product of 8 more bits.
            (float exact, float actual) = entry.Item;
            Assert.Equal(exact, actual, 1e-5 * Math.Abs(read.Offsets[entry.Index / format.GroupSize]));
        });
        Assert.Equal(format.Zero is not null, read.Scheme.IsSymmetric);
        Assert.All(read.Codes, code => Assert.InRange(code, 0, read.Scheme.MaxCode));
    }

    [Fact]
    public void Dequantize_ReadsAHandMadeBlockOfQ40()
    {
        // d = 0.5; byte j has j in its low and 15 − j in its high half.
        byte[] block = [0x00, 0x38, .. Enumerable.Range(0, 16).Select(j => (byte)(j | ((15 - j) << 4)))];
        float[] weights = new float[32];

        BlockFormat.Of(GgufType.Q40).Dequantize(block, weights);

        Assert.Equal(
            [.. Enumerable.Range(0, 16).Select(j => (j - 8) * 0.5f), .. Enumerable.Range(0, 16).Select(j => (7 - j) * 0.5f)],
            weights);
    }

    [Fact]
    public void Dequantize_ReadsAHandMadeBlockOfQ4K()
    {
        // d = 1, dmin = 2; group 1 has scale 33 and minimum 5, group 6 scale 0b110001 and minimum 0b100010; codes 3.
        byte[] block = new byte[144];
        (block[1], block[3]) = (0x3C, 0x40);
        block[4 + 1] = 33;
        block[4 + 5] = 5;
        block[4 + 10] = 0b0010_0001;
        block[4 + 2] = 0b1100_0000;
        block[4 + 6] = 0b1000_0000;
        block.AsSpan(16).Fill(0x33);
        float[] weights = new float[256];

        BlockFormat.Of(GgufType.Q4K).Dequantize(block, weights);

        Assert.All(weights[32..64], weight => Assert.Equal((33 * 3) - (2 * 5), weight));
        Assert.All(weights[192..224], weight => Assert.Equal((49 * 3) - (2 * 34), weight));
        Assert.All(weights[..32], weight => Assert.Equal(0, weight));
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Round_GivesBackWhatBlocksStandFor(GgufType type)
    {
        BlockFormat format = BlockFormat.Of(type);
        float[] weights = Numbers.Uniform(Blocks * format.Weights, seed: 7);
        float[] rounded = RoundTrip(format, weights);

        // Half a step to the nearest, and as much for a fitted range that leaves the ends of the group outside.
        int steps = type switch { GgufType.Q80 => 255, GgufType.Q6K => 63, GgufType.Q50 or GgufType.Q5K => 31, _ => 15 };
        Assert.All(weights.Zip(rounded), pair => Assert.Equal(pair.First, pair.Second, 2.0 / steps));
        Assert.True(MeanSquareError(weights, rounded) < Math.Pow(2.0 / steps, 2) / 10);
    }

    [Theory]
    [InlineData(GgufType.Q4K, GgufType.Q41)]
    [InlineData(GgufType.Q6K, GgufType.Q50)]
    [InlineData(GgufType.Q50, GgufType.Q40)]
    [InlineData(GgufType.Q80, GgufType.Q6K)]
    public void Round_LosesLess_WithMoreBitsOrASearch(GgufType better, GgufType worse)
    {
        var random = new CounterRandom(seed: 8);
        float[] weights = new float[Blocks * 256];
        for (int i = 0; i < weights.Length; i++)
        {
            weights[i] = random.NextNormal();
        }

        double errorOfBetter = MeanSquareError(weights, RoundTrip(BlockFormat.Of(better), weights));
        double errorOfWorse = MeanSquareError(weights, RoundTrip(BlockFormat.Of(worse), weights));

        Assert.True(errorOfBetter < errorOfWorse, $"{better} {errorOfBetter:E2}, {worse} {errorOfWorse:E2}");
    }

    [Theory]
    [MemberData(nameof(Codes))]
    public void Round_KeepsZeros(GgufType type)
    {
        BlockFormat format = BlockFormat.Of(type);

        Assert.All(RoundTrip(format, new float[format.Weights]), weight => Assert.Equal(0, weight));
    }

    private static float[] RoundTrip(BlockFormat format, float[] weights)
    {
        byte[] blocks = new byte[format.BytesOf(weights.Length)];
        format.Round(weights, blocks);
        float[] rounded = new float[weights.Length];
        format.Dequantize(blocks, rounded);
        return rounded;
    }

    private static double MeanSquareError(float[] weights, float[] rounded) =>
        weights.Zip(rounded, (a, b) => Math.Pow((double)a - b, 2)).Average();

    /// <summary>Random bits, with F16 factors of ordinary size.</summary>
    private static byte[] RandomBlocks(BlockFormat format, ulong seed)
    {
        var random = new CounterRandom(seed);
        byte[] blocks = new byte[Blocks * format.Bytes];
        for (int i = 0; i < blocks.Length; i++)
        {
            blocks[i] = (byte)random.NextUInt32();
        }

        int[] factors = format.Type switch
        {
            GgufType.Q6K => [208],
            GgufType.Q41 or GgufType.Q4K or GgufType.Q5K => [0, 2],
            _ => [0],
        };
        for (int first = 0; first < blocks.Length; first += format.Bytes)
        {
            foreach (int factor in factors)
            {
                BitConverter.TryWriteBytes(blocks.AsSpan(first + factor), (Half)((2 * random.NextSingle()) - 1));
            }
        }

        return blocks;
    }
}
