using Puyu.Models;

namespace Puyu.Training.Planning;

/// <summary>Floating-point operations that a decoder needs, counted as multiplications and additions.</summary>
/// <remarks>
/// Of T tokens in sequences of lengths s, with the letters of <see cref="ModelConfig"/>:
/// <code>
///   forward  = 2 T (L (D E (2 H + 2 K) + 3 D F) + D V)  +  L Σ 2 E H s (s + 1)
///   training = 3 · forward
/// </code>
/// Causal attention is counted by what it needs, which is half of the square; many published figures count the whole
/// square. Norms, activations, rotations and the softmax are left out, and so is recomputation.
/// </remarks>
/// <param name="config">Sizes of the model.</param>
public sealed class ModelFlops(ModelConfig config)
{
    private const int ForwardAndBackward = 3;

    /// <summary>Operations of one token in the linear maps, forward.</summary>
    public double LinearPerToken
    {
        get
        {
            double attention = (double)config.HiddenSize * config.HeadDim * 2 * (config.Heads + config.KvHeads);
            double feedForward = 3.0 * config.HiddenSize * config.IntermediateSize;
            double output = (double)config.HiddenSize * config.VocabSize;
            return 2 * ((config.Layers * (attention + feedForward)) + output);
        }
    }

    /// <summary>Operations of a forward and a backward pass.</summary>
    /// <param name="cuSeqLens">Where sequences begin, ascending from 0; the last one is the number of tokens.</param>
    public double OfTraining(ReadOnlySpan<int> cuSeqLens)
    {
        double pairs = 0;
        for (int i = 1; i < cuSeqLens.Length; i++)
        {
            double length = cuSeqLens[i] - cuSeqLens[i - 1];
            pairs += length * (length + 1) / 2;
        }

        double attention = 4.0 * config.Layers * config.HeadDim * config.Heads * pairs;
        return ForwardAndBackward * ((LinearPerToken * cuSeqLens[^1]) + attention);
    }
}
