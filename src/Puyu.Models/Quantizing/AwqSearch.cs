using Puyu.Tensors;
using Puyu.Tensors.Quantization;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Puyu.Models.Quantizing;

/// <summary>The two searches of AWQ: scales of inputs, and the clipping of weights.</summary>
/// <remarks>
/// <code>
///   scales:  s = clamp(mean|x| ^ r, 1e-4) / √(max s · min s),  r = 0, 0.05 … 0.95
///            least mean ‖Q(W diag s) diag(1/s) x − W x‖²
///   clip:    |w| ≤ max|w| (1 − i / 20),  i = 0 … 9, for each output and group
///            least mean (Σ over the group (Q(w) − w) x)²
/// </code>
/// Source: Lin et al., AWQ, 2023 (arXiv:2306.00978); llm-awq, auto_scale.py and auto_clip.py. The error of the scales
/// is taken on the outputs of the maps themselves, not of the block.
/// </remarks>
/// <param name="scheme">Validated.</param>
internal sealed class AwqSearch(QuantScheme scheme)
{
    private const int ScaleSteps = 20;
    private const int ClipSteps = 10;
    private const float LeastScale = 1e-4f;

    /// <summary>Finds the scales of the inputs that some maps share.</summary>
    /// <param name="scope">For temporary tensors.</param>
    /// <param name="linears">Of one stage; not changed.</param>
    /// <param name="activations">Their inputs.</param>
    /// <returns>[K]; ones where nothing is better than plain rounding.</returns>
    public float[] FindScales(Scope scope, IReadOnlyList<BlockLinear> linears, Activations activations)
    {
        float[] magnitudes = activations.Magnitudes;
        float[] rows = activations.Rows;
        float[] best = new float[activations.Inputs];
        double leastError = double.PositiveInfinity;
        for (int step = 0; step < ScaleSteps; step++)
        {
            float[] scales = ScalesOf(magnitudes, step / (float)ScaleSteps);
            double error = linears.Sum(linear => ErrorOf(scope, linear, rows, scales));
            if (error < leastError)
            {
                (leastError, best) = (error, scales);
            }
        }

        return best;
    }

    /// <summary>Clips the weights of a map where that brings its outputs nearer.</summary>
    /// <param name="linear">Overwritten.</param>
    /// <param name="activations">Its inputs.</param>
    public void Clip(BlockLinear linear, Activations activations)
    {
        float[][] grams = GramsOf(activations);
        Tensor weight = linear.Weight;
        Parallel.For(0, linear.Outputs, row =>
        {
            Span<float> weights = weight.Span<float>().Slice(row * linear.Inputs, linear.Inputs);
            for (int group = 0; group < grams.Length; group++)
            {
                ClipGroup(weights.Slice(group * scheme.GroupSize, scheme.GroupSize), grams[group]);
            }
        });
    }

    private static float[] ScalesOf(float[] magnitudes, float exponent)
    {
        float[] scales = [.. magnitudes.Select(x => Math.Max(MathF.Pow(x, exponent), LeastScale))];
        float typical = MathF.Sqrt(scales.Max() * scales.Min());
        return [.. scales.Select(scale => scale / typical)];
    }

    private double ErrorOf(Scope scope, BlockLinear linear, float[] rows, float[] scales)
    {
        int inputs = linear.Inputs;
        float[] original = linear.Weight.Span<float>().ToArray();
        float[] lost = [.. original];
        for (int i = 0; i < lost.Length; i++)
        {
            lost[i] *= scales[i % inputs];
        }

        Rounding.RoundInPlace(lost, inputs, scheme);
        for (int i = 0; i < lost.Length; i++)
        {
            lost[i] = (lost[i] / scales[i % inputs]) - original[i];
        }

        using Scope inner = scope.Begin();
        Tensor x = inner.From<float>(rows, [rows.Length / inputs, inputs]);
        Tensor difference = inner.Linear(x, inner.From<float>(lost, linear.Weight.Shape));
        return TensorPrimitives.SumOfSquares<float>(difference.Span<float>());
    }

    /// <summary>Σ x xᵀ of each group, [G, G]: the error of a group is a quadratic form of its lost weights.</summary>
    private float[][] GramsOf(Activations activations)
    {
        (float[] rows, int inputs, int size) = (activations.Rows, activations.Inputs, scheme.GroupSize);
        float[][] grams = new float[inputs / size][];
        Parallel.For(0, grams.Length, group =>
        {
            float[] gram = new float[size * size];
            for (int first = group * size; first < rows.Length; first += inputs)
            {
                ReadOnlySpan<float> x = rows.AsSpan(first, size);
                for (int i = 0; i < size; i++)
                {
                    Span<float> row = gram.AsSpan(i * size, size);
                    TensorPrimitives.MultiplyAdd(x, x[i], row, row);
                }
            }

            grams[group] = gram;
        });
        return grams;
    }

    private void ClipGroup(Span<float> weights, float[] gram)
    {
        float largest = Math.Abs(TensorPrimitives.MaxMagnitude<float>(weights));
        Span<float> clipped = stackalloc float[weights.Length];
        Span<float> lost = stackalloc float[weights.Length];
        float bestBound = largest;
        float leastError = float.PositiveInfinity;
        for (int step = 0; step < ClipSteps; step++)
        {
            float bound = largest * (1 - (step / 20f));
            TensorPrimitives.Clamp(weights, -bound, bound, clipped);
            CodeGrid grid = CodeGrid.Of(clipped, scheme);
            for (int i = 0; i < weights.Length; i++)
            {
                lost[i] = grid.Nearest(clipped[i]) - weights[i];
            }

            float error = QuadraticForm(lost, gram);
            if (error < leastError)
            {
                (leastError, bestBound) = (error, bound);
            }
        }

        TensorPrimitives.Clamp(weights, -bestBound, bestBound, weights);
    }

    private static float QuadraticForm(ReadOnlySpan<float> x, ReadOnlySpan<float> matrix)
    {
        float sum = 0;
        for (int i = 0; i < x.Length; i++)
        {
            sum += x[i] * TensorPrimitives.Dot(x, matrix.Slice(i * x.Length, x.Length));
        }

        return sum;
    }
}
