using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantizing;

/// <summary>Chooses the codes of the linear maps of one block.</summary>
/// <remarks>
/// Stage by stage: each stage sees the inputs that the rounded stages before it give, so that later ones make up for
/// what earlier ones lost.
/// </remarks>
/// <param name="block">Its weights become what their codes stand for.</param>
/// <param name="config">The model.</param>
/// <param name="options">Validated.</param>
internal sealed class BlockQuantizer(CalibrationBlock block, ModelConfig config, QuantizerOptions options)
{
    /// <summary>Tokens on which results of the block are compared.</summary>
    private const int ComparedTokens = 1024;

    private static readonly BlockStage[] _stages =
        [BlockStage.Qkv, BlockStage.AttentionOutput, BlockStage.GateUp, BlockStage.Down];

    private readonly AwqSearch _search = new(options.Scheme);

    /// <summary>Scales, clips and rounds, as the method says.</summary>
    /// <param name="scope">For temporary tensors.</param>
    /// <param name="sequences">Inputs of the block.</param>
    /// <returns>Codes by the name of the map; none where a GGUF file will round.</returns>
    public IReadOnlyDictionary<string, QuantizedWeights> Quantize(
        Scope scope, IReadOnlyList<CalibrationSequence> sequences)
    {
        float[] expected = [];
        CalibrationSequence[] compared = Compared(sequences);
        if (options.Method == QuantizerMethod.Awq)
        {
            Scale(scope, sequences);
            expected = AwqSearch.ResultsOf(scope, block, compared);
        }

        var codes = new Dictionary<string, QuantizedWeights>(StringComparer.Ordinal);
        foreach (BlockStage stage in _stages)
        {
            Activations? activations = options.Method == QuantizerMethod.Nearest
                ? null
                : Observe(scope, stage, sequences);
            GptqRounding? gptq = options.Method == QuantizerMethod.Gptq
                ? new GptqRounding(activations!, options)
                : null;
            foreach (BlockLinear linear in block.Linears(stage))
            {
                // Queries and keys meet in a product, whose error clipping would not see.
                if (options.Method == QuantizerMethod.Awq && stage != BlockStage.Qkv)
                {
                    _search.Clip(scope, block, linear, activations!, (compared, expected));
                }

                if (options.Gguf is null)
                {
                    QuantizedWeights rounded = Round(linear, gptq);
                    rounded.Dequantize(linear.Weight.Span<float>());
                    codes.Add(linear.Name, rounded);
                }
            }
        }

        return codes;
    }

    private Activations Observe(Scope scope, BlockStage stage, IReadOnlyList<CalibrationSequence> sequences)
    {
        var activations = new Activations(
            block.Linears(stage)[0].Inputs, sequences.Sum(sequence => sequence.Hidden.Shape[0]),
            options.Method == QuantizerMethod.Gptq);
        foreach (CalibrationSequence sequence in sequences)
        {
            using Scope inner = scope.Begin();
            activations.Add(inner, block.InputOf(inner, stage, sequence.Hidden, sequence.Input));
        }

        return activations;
    }

    private QuantizedWeights Round(BlockLinear linear, GptqRounding? gptq)
    {
        float[] weights = linear.Weight.Span<float>().ToArray();
        return gptq?.Round(weights) ?? Rounding.ToNearest(weights, linear.Inputs, options.Scheme);
    }

    /// <summary>Finds the scales of all stages on the block as it is, then moves them into what comes before.</summary>
    internal void Scale(Scope scope, IReadOnlyList<CalibrationSequence> sequences)
    {
        CalibrationSequence[] compared = Compared(sequences);
        float[][] scales = [.. _stages.Select(stage => CanScale(stage)
            ? _search.FindScales(scope, block, stage, Observe(scope, stage, sequences).Magnitudes, compared)
            : [])];
        foreach (BlockStage stage in _stages.Where(CanScale))
        {
            float[] factors = scales[(int)stage];
            Divide(stage, factors);
            foreach (BlockLinear linear in block.Linears(stage))
            {
                linear.ScaleInputs(factors);
            }
        }
    }

    private CalibrationSequence[] Compared(IReadOnlyList<CalibrationSequence> sequences)
    {
        int stride = Math.Max(1, sequences.Count * options.SequenceLength / ComparedTokens);
        return [.. sequences.Where((_, i) => i % stride == 0)];
    }

    /// <summary>
    /// Where heads share values, an output of the value's map is an input of several heads, which cannot each have a
    /// scale.
    /// </summary>
    private bool CanScale(BlockStage stage) =>
        stage != BlockStage.AttentionOutput || config.Heads == config.KvHeads;

    /// <summary>Divides the inputs of a stage where they come from: the norm, the values, or up.</summary>
    private void Divide(BlockStage stage, float[] factors)
    {
        for (int i = 0; i < factors.Length; i++)
        {
            switch (stage)
            {
                case BlockStage.Qkv:
                    block.AttentionNorm.Span<float>()[i] /= factors[i];
                    break;
                case BlockStage.AttentionOutput:
                    DivideValue(i, factors[i]);
                    break;
                case BlockStage.GateUp:
                    block.FeedForwardNorm.Span<float>()[i] /= factors[i];
                    break;
                default:
                    block.Linears(BlockStage.GateUp)[1].DivideOutput(i, factors[i]);
                    break;
            }
        }
    }

    private void DivideValue(int column, float divisor)
    {
        (int head, int element) = (column / config.HeadDim, column % config.HeadDim);
        int row = config.IsQkvFused
            ? config.QkvLayout.ValueColumn(head) + element
            : column;
        block.Qkv[^1].DivideOutput(row, divisor);
    }
}
