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
        DecoderInput input = DecoderInput.From(scope, batch.TokenIds, batch.PositionIds, batch.CuSeqLens.Span);
        Tensor labels = scope.From<int>(batch.Labels, [batch.Tokens]);
        return model.Loss(scope, input, labels, scale);
    }
}
