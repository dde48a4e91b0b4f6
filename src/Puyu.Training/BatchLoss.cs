using Puyu.Data;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Training;

/// <summary>The loss of a micro-batch, which lives in arrays, under a model, which reads tensors.</summary>
internal static class BatchLoss
{
    /// <summary>Scale · Σ −log p(label) over the positions that have a label.</summary>
    public static Tensor Of(Scope scope, Decoder model, MicroBatch batch, float scale)
    {
        ReadOnlySpan<int> cuSeqLens = batch.CuSeqLens.Span;
        var input = new DecoderInput(
            scope.From<int>(batch.TokenIds, [batch.Tokens]),
            scope.From<int>(batch.PositionIds, [batch.Tokens]),
            scope.From(cuSeqLens, [cuSeqLens.Length]));
        Tensor labels = scope.From<int>(batch.Labels, [batch.Tokens]);
        return model.Loss(scope, input, labels, scale);
    }
}
