using Puyu.Tensors;

namespace Puyu.Models.Layers;

/// <summary>One block of the decoder, normalizing before each part.</summary>
/// <remarks>
/// <code>
///   x ← x + Attention(Norm(x))
///   x ← x + FeedForward(Norm(x))
/// </code>
/// </remarks>
internal sealed class DecoderBlock(
    RmsNorm attentionNorm, GroupedQueryAttention attention, RmsNorm feedForwardNorm, FeedForward feedForward)
{
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">[T, D].</param>
    /// <param name="input">Positions, sequences and, in inference, the cache.</param>
    /// <returns>[T, D].</returns>
    public Tensor Forward(Scope scope, Tensor x, DecoderInput input)
    {
        x = scope.Add(x, attention.Forward(scope, attentionNorm.Forward(scope, x), input));   // [T, D]
        x = scope.Add(x, feedForward.Forward(scope, feedForwardNorm.Forward(scope, x), input.Adapters)); // [T, D]
        return x;
    }
}
