using Puyu.Tensors.Autograd;
using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>Lookup of rows by token id.</summary>
public static class EmbeddingOp
{
    /// <summary>Gathers a row of the weight for every token. Equations in <see cref="EmbeddingReference"/>.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="weight">Shape [V, D], F32, BF16 or F16.</param>
    /// <param name="tokenIds">Shape [T], I32, each in [0, V).</param>
    /// <returns>Shape [T, D], F32.</returns>
    /// <exception cref="ShapeException">The shapes or storage types do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token id is outside the vocabulary.</exception>
    public static Tensor Embedding(this Scope scope, Tensor weight, Tensor tokenIds)
    {
        ShapeException.Require(
            weight.Shape.Rank == 2 && weight.DType.IsFloat(),
            $"Embedding: weight is {weight} but must be floats [V, D]");
        ShapeException.Require(
            tokenIds.Shape.Rank == 1 && tokenIds.DType == DType.I32,
            $"Embedding: tokenIds is {tokenIds} but must be I32 [T]");

        Tensor y = scope.Empty([tokenIds.Shape[0], weight.Shape[1]]);
        scope.Backend.EmbeddingForward(weight, tokenIds, y);
        if (scope.Records(weight))
        {
            Node node = scope.Record<Node>(y);
            (node.Weight, node.TokenIds) = (weight, tokenIds);
        }

        return y;
    }

    /// <summary>Gathers a row of packed weights for every token.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="weight">[V, D].</param>
    /// <param name="tokenIds">Shape [T], I32, each in [0, V).</param>
    /// <returns>Shape [T, D], F32.</returns>
    /// <exception cref="ShapeException">The token ids are not I32 [T].</exception>
    /// <exception cref="ArgumentOutOfRangeException">A token id is outside the vocabulary.</exception>
    public static Tensor Embedding(this Scope scope, PackedMatrix weight, Tensor tokenIds)
    {
        ShapeException.Require(
            tokenIds.Shape.Rank == 1 && tokenIds.DType == DType.I32,
            $"Embedding: tokenIds is {tokenIds} but must be I32 [T]");
        Tensor y = scope.Empty([tokenIds.Shape[0], weight.Inputs]);
        scope.Backend.EmbeddingForward(weight, tokenIds, y);
        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor Weight { get; set; } = null!;

        public Tensor TokenIds { get; set; } = null!;

        internal override void Backward(Scope scope, Tensor dY) =>
            scope.Backend.EmbeddingBackward(TokenIds, dY, scope.Gradient(Weight));
    }
}
