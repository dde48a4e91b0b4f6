using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantizing;

/// <summary>Rounds the weights of a matrix to the nearest codes.</summary>
internal static class Rounding
{
    /// <summary>Rounds.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    /// <param name="inputs">K, whole groups.</param>
    /// <param name="scheme">Validated.</param>
    public static QuantizedWeights ToNearest(float[] weights, int inputs, QuantScheme scheme)
    {
        QuantizedWeights rounded = Empty(weights.Length / inputs, inputs, scheme);
        Parallel.For(0, rounded.Outputs, row =>
        {
            for (int group = 0; group < inputs / scheme.GroupSize; group++)
            {
                int first = (row * inputs) + (group * scheme.GroupSize);
                ReadOnlySpan<float> part = weights.AsSpan(first, scheme.GroupSize);
                CodeGrid grid = CodeGrid.Of(part, scheme);
                SetGrid(rounded, row, group, grid);
                for (int i = 0; i < part.Length; i++)
                {
                    rounded.Codes[first + i] = grid.Round(part[i]);
                }
            }
        });
        return rounded;
    }

    /// <summary>What rounding to the nearest codes makes of weights.</summary>
    /// <param name="weights">[outputs, inputs], overwritten.</param>
    /// <param name="inputs">K, whole groups.</param>
    /// <param name="scheme">Validated.</param>
    public static void RoundInPlace(float[] weights, int inputs, QuantScheme scheme) =>
        Parallel.For(0, weights.Length / inputs, row =>
        {
            for (int first = row * inputs; first < (row + 1) * inputs; first += scheme.GroupSize)
            {
                Span<float> part = weights.AsSpan(first, scheme.GroupSize);
                CodeGrid grid = CodeGrid.Of(part, scheme);
                for (int i = 0; i < part.Length; i++)
                {
                    part[i] = grid.Nearest(part[i]);
                }
            }
        });

    /// <summary>Weights whose codes are yet to be chosen.</summary>
    public static QuantizedWeights Empty(int outputs, int inputs, QuantScheme scheme)
    {
        int groups = outputs * scheme.Groups(inputs);
        return new QuantizedWeights(
            outputs, inputs, scheme, new byte[checked(outputs * inputs)], new float[groups], new float[groups]);
    }

    /// <summary>Notes the grid of a group.</summary>
    public static void SetGrid(QuantizedWeights weights, int row, int group, CodeGrid grid)
    {
        int at = (row * weights.Scheme.Groups(weights.Inputs)) + group;
        weights.Scales[at] = grid.Scale;
        weights.Offsets[at] = -grid.Zero * grid.Scale;
    }

    /// <summary>The zero of a group, a code.</summary>
    public static int ZeroOf(QuantizedWeights weights, int group) =>
        (int)MathF.Round(-weights.Offsets[group] / weights.Scales[group]);
}
