using Puyu.Tensors;

namespace Puyu.Models.Quantizing;

/// <summary>How well a model predicts text.</summary>
internal static class Perplexity
{
    /// <summary>exp of the mean of −log p over every token but the first of each sequence.</summary>
    /// <param name="decoder">The model.</param>
    /// <param name="tokenIds">Whole sequences.</param>
    /// <param name="length">Tokens of a sequence.</param>
    public static double Of(Decoder decoder, ReadOnlySpan<int> tokenIds, int length)
    {
        double sum = 0;
        int sequences = tokenIds.Length / length;
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            using Scope scope = decoder.Backend.BeginScope();
            ReadOnlySpan<int> ids = tokenIds.Slice(sequence * length, length);
            DecoderInput input = DecoderInput.From(scope, ids, [.. Enumerable.Range(0, length)], [0, length]);
            Tensor hidden = decoder.Forward(scope, input);
            Tensor targets = scope.From<int>([.. ids[1..], -1], [length]);
            Tensor logProbabilities = decoder.LogProbabilities(scope, hidden, targets).LogProbabilities;
            foreach (float logProbability in logProbabilities.Span<float>())
            {
                sum -= logProbability;
            }
        }

        return Math.Exp(sum / (sequences * (length - 1)));
    }
}
