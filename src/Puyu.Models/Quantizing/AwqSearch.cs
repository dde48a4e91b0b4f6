using Puyu.Tensors;
using Puyu.Tensors.Quantization;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Puyu.Models.Quantizing;

/// <summary>The two searches of AWQ: scales of inputs, and the clipping of weights.</summary>
/// <remarks>
/// <code>
///   scales:  s = clamp(mean|x| ^ r, 1e-4) / √(max s · min s),  r = 0, 0.05 … 0.95
///            least ‖block(x; Q(W diag s) diag(1/s)) − block(x; W)‖
///   clip:    |w| ≤ max|w| (1 − i / 20),  i = 0 … 9, for each output and group
///            least mean (Σ over the group (Q(w) − w) x)², kept if the block's results come nearer
/// </code>
/// Source: Lin et al., AWQ, 2023 (arXiv:2306.00978); llm-awq, auto_scale.py and auto_clip.py.
/// </remarks>
/// <param name="scheme">Validated.</param>
internal sealed class AwqSearch(QuantScheme scheme)
{
    private const int ScaleSteps = 20;
    private const int ClipSteps = 10;
    private const float LeastScale = 1e-4f;

    /// <summary>Finds the scales of the inputs that the maps of a stage share.</summary>
    /// <param name="scope">For temporary tensors.</param>
    /// <param name="block">As it was before when this returns.</param>
    /// <param name="stage">Whose inputs.</param>
    /// <param name="magnitudes">Mean |x| of each.</param>
    /// <param name="sequences">What to compare the block's results on.</param>
    /// <returns>[K]; ones where nothing is better than plain rounding.</returns>
    public float[] FindScales(
        Scope scope, CalibrationBlock block, BlockStage stage, float[] magnitudes,
        IReadOnlyList<CalibrationSequence> sequences)
    {
        IReadOnlyList<BlockLinear> linears = block.Linears(stage);
        float[][] originals = [.. linears.Select(linear => linear.Weight.Span<float>().ToArray())];
        float[] expected = ResultsOf(scope, block, sequences);
        float[] best = [];
        double leastError = double.PositiveInfinity;
        for (int step = 0; step < ScaleSteps; step++)
        {
            float[] scales = ScalesOf(magnitudes, step / (float)ScaleSteps);
            foreach ((BlockLinear linear, float[] original) in linears.Zip(originals))
            {
                RoundScaled(original, scales, linear.Weight);
            }

            double error = TensorPrimitives.Distance<float>(expected, ResultsOf(scope, block, sequences));
            if (error < leastError)
            {
                (leastError, best) = (error, scales);
            }
        }

        foreach ((BlockLinear linear, float[] original) in linears.Zip(originals))
        {
            original.CopyTo(linear.Weight.Span<float>());
        }

        return best;
    }

    /// <summary>Clips the weights of a map, if that brings the results of the block nearer.</summary>
    /// <param name="scope">For temporary tensors.</param>
    /// <param name="block">Of which the map is a part.</param>
    /// <param name="linear">Overwritten.</param>
    /// <param name="activations">Its inputs.</param>
    /// <param name="compared">Sequences, and what the block made of them before anything was rounded.</param>
    public void Clip(
        Scope scope, CalibrationBlock block, BlockLinear linear, Activations activations,
        (IReadOnlyList<CalibrationSequence> Sequences, float[] Results) compared)
    {
        float[] original = linear.Weight.Span<float>().ToArray();
        float[] clipped = Clipped(original, activations);
        (clipped.AsSpan().SequenceEqual(original) || ErrorOf(clipped) >= ErrorOf(original) ? original : clipped)
            .CopyTo(linear.Weight.Span<float>());

        double ErrorOf(float[] weights)
        {
            float[] rounded = [.. weights];
            Rounding.RoundInPlace(rounded, linear.Inputs, scheme);
            rounded.CopyTo(linear.Weight.Span<float>());
            return TensorPrimitives.Distance<float>(compared.Results, ResultsOf(scope, block, compared.Sequences));
        }
    }

    private float[] Clipped(float[] weights, Activations activations)
    {
        float[] clipped = [.. weights];
        float[][] grams = GramsOf(activations);
        Parallel.For(0, weights.Length / activations.Inputs, row =>
        {
            for (int group = 0; group < grams.Length; group++)
            {
                int first = (row * activations.Inputs) + (group * scheme.GroupSize);
                ClipGroup(clipped.AsSpan(first, scheme.GroupSize), grams[group]);
            }
        });
        return clipped;
    }

    private static float[] ScalesOf(float[] magnitudes, float exponent)
    {
        float[] scales = [.. magnitudes.Select(x => Math.Max(MathF.Pow(x, exponent), LeastScale))];
        float typical = MathF.Sqrt(scales.Max() * scales.Min());
        return [.. scales.Select(scale => scale / typical)];
    }

    /// <summary>Q(W diag s) diag(1/s).</summary>
    private void RoundScaled(float[] original, float[] scales, Tensor weight)
    {
        int inputs = scales.Length;
        float[] scaled = [.. original];
        for (int i = 0; i < scaled.Length; i++)
        {
            scaled[i] *= scales[i % inputs];
        }

        Rounding.RoundInPlace(scaled, inputs, scheme);
        Span<float> weights = weight.Span<float>();
        for (int i = 0; i < scaled.Length; i++)
        {
            weights[i] = scaled[i] / scales[i % inputs];
        }
    }

    /// <summary>What a block makes of sequences, one behind the other.</summary>
    public static float[] ResultsOf(
        Scope scope, CalibrationBlock block, IReadOnlyList<CalibrationSequence> sequences)
    {
        var results = new List<float>();
        foreach (CalibrationSequence sequence in sequences)
        {
            using Scope inner = scope.Begin();
            results.AddRange(block.InputOf(inner, BlockStage.End, sequence.Hidden, sequence.Input).Span<float>());
        }

        return [.. results];
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
