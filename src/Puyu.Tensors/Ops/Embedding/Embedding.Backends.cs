using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary><c>y = weight[tokenIds]</c>; y is overwritten. Throws on an id outside the weight.</summary>
    internal abstract void EmbeddingForward(Tensor weight, Tensor tokenIds, Tensor y);

    /// <inheritdoc cref="EmbeddingForward(Tensor, Tensor, Tensor)"/>
    internal abstract void EmbeddingForward(PackedMatrix weight, Tensor tokenIds, Tensor y);

    /// <summary><c>dWeight[tokenIds] += dY</c>, tokens in order.</summary>
    internal abstract void EmbeddingBackward(Tensor tokenIds, Tensor dY, Tensor dWeight);
}

public abstract partial class HostBackend
{
    internal sealed override void EmbeddingForward(PackedMatrix weight, Tensor tokenIds, Tensor y)
    {
        ReadOnlySpan<int> ids = tokenIds.Span<int>();
        RequireInVocabulary(ids, weight.Outputs);
        Span<float> rows = y.Span<float>();
        for (int t = 0; t < ids.Length; t++)
        {
            Packing.DequantizeRow(weight, ids[t], rows.Slice(t * weight.Inputs, weight.Inputs));
        }
    }

    private protected static void RequireInVocabulary(ReadOnlySpan<int> tokenIds, int vocabSize)
    {
        for (int t = 0; t < tokenIds.Length; t++)
        {
            if ((uint)tokenIds[t] >= (uint)vocabSize)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(tokenIds), $"Embedding: tokenIds[{t}] is {tokenIds[t]} but must be in [0, {vocabSize})");
            }
        }
    }
}

public sealed partial class ReferenceBackend
{
    internal override void EmbeddingForward(Tensor weight, Tensor tokenIds, Tensor y)
    {
        RequireInVocabulary(tokenIds.Span<int>(), weight.Shape[0]);
        double[] rows = new double[y.Count];
        EmbeddingReference.Forward(Doubles(weight), tokenIds.Span<int>(), rows);
        Store(rows, y);
    }

    internal override void EmbeddingBackward(Tensor tokenIds, Tensor dY, Tensor dWeight)
    {
        double[] sum = Doubles(dWeight);
        EmbeddingReference.Backward(tokenIds.Span<int>(), Doubles(dY), sum);
        Store(sum, dWeight);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void EmbeddingForward(Tensor weight, Tensor tokenIds, Tensor y)
    {
        RequireInVocabulary(tokenIds.Span<int>(), weight.Shape[0]);
        EmbeddingSimd.Forward(
            Workers, weight.DType, weight.Pointer<byte>(), tokenIds.Pointer<int>(), y.OverwritePointer<float>(),
            y.Shape[0], y.Shape[1]);
    }

    internal override void EmbeddingBackward(Tensor tokenIds, Tensor dY, Tensor dWeight) =>
        EmbeddingSimd.Backward(
            Workers, tokenIds.Pointer<int>(), dY.Pointer<float>(), dWeight.Pointer<float>(), dY.Shape[0], dY.Shape[1]);
}

public sealed partial class MetaBackend
{
    internal override void EmbeddingForward(PackedMatrix weight, Tensor tokenIds, Tensor y)
    {
    }

    internal override void EmbeddingForward(Tensor weight, Tensor tokenIds, Tensor y)
    {
    }

    internal override void EmbeddingBackward(Tensor tokenIds, Tensor dY, Tensor dWeight)
    {
    }
}
