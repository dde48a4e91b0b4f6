using Puyu.Abstractions;
using Puyu.Tensors.Quantization;

namespace Puyu.Tensors.Tests.Quantization;

public class QuantizedWeightsTests
{
    [Theory]
    [InlineData(4, 32, false)]
    [InlineData(4, 128, true)]
    [InlineData(8, 64, false)]
    [InlineData(8, 48, true)]
    public void Round_IsOffByHalfAStepAtMost(int bits, int groupSize, bool isSymmetric)
    {
        const int Outputs = 5, Inputs = 200;
        float[] weights = Numbers.Uniform(Outputs * Inputs, seed: 1);
        var scheme = new QuantScheme { Bits = bits, GroupSize = groupSize, IsSymmetric = isSymmetric };

        QuantizedWeights rounded = QuantizedWeights.Round(weights, Outputs, Inputs, scheme.Validated());

        float[] back = new float[weights.Length];
        rounded.Dequantize(back);
        int groups = scheme.Groups(Inputs);
        for (int i = 0; i < weights.Length; i++)
        {
            // Half a step, and as much again at an end of the range, where the rounded zero may shift it.
            float scale = rounded.Scales[(i / Inputs * groups) + (i % Inputs / groupSize)];
            Assert.True(Math.Abs(weights[i] - back[i]) <= 1.01f * scale, $"weight {i}: {weights[i]} became {back[i]}");
        }
    }

    [Fact]
    public void Round_KeepsZeroExactly()
    {
        QuantizedWeights rounded = QuantizedWeights.Round(
            [0, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5], 1, 16, new QuantScheme { GroupSize = 16 });

        float[] back = new float[16];
        rounded.Dequantize(back);
        Assert.Equal(0, back[0]);
        Assert.Equal(5, back[15], precision: 5);
    }

    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        OptionsException problem = Assert.Throws<OptionsException>(
            () => new QuantScheme { Bits = 5, GroupSize = 24 }.Validated());

        Assert.Contains("Bits is 5", problem.Message, StringComparison.Ordinal);
        Assert.Contains("GroupSize is 24", problem.Message, StringComparison.Ordinal);
    }
}
