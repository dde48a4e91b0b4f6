using System.Numerics.Tensors;

namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>Overwrites y [T] with the log-probabilities of the targets, 0 where they are negative.</summary>
    internal abstract void LogProbabilities(Tensor hidden, Tensor weight, Tensor targets, Tensor y);

    /// <summary>Overwrites y [R] with the log-probabilities of the targets; logits [R, V] are used up.</summary>
    internal abstract void TakeLogProbabilities(Tensor logits, Tensor targets, Tensor y);
}

public abstract partial class HostBackend
{
    internal sealed override void TakeLogProbabilities(Tensor logits, Tensor targets, Tensor y)
    {
        RequireBelow(targets.Span<int>(), logits.Shape[1]);
        Span<float> result = y.Span<float>();
        for (int row = 0; row < result.Length; row++)
        {
            int target = targets.Span<int>()[row];
            Span<float> ofRow = logits.Span<float>().Slice(row * logits.Shape[1], logits.Shape[1]);
            result[row] = target < 0 ? 0 : LogProbability(ofRow, target);
        }
    }

    private static float LogProbability(Span<float> logits, int target)
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max<float>(logits), logits);
        float ofTarget = logits[target];
        TensorPrimitives.Exp(logits, logits);
        return ofTarget - MathF.Log(TensorPrimitives.Sum<float>(logits));
    }

    /// <summary>Checks that every target is a token.</summary>
    private protected static void RequireBelow(ReadOnlySpan<int> targets, int v)
    {
        for (int row = 0; row < targets.Length; row++)
        {
            if (targets[row] >= v)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(targets),
                    $"the target of row {row} is {targets[row]} but must be below {v}, the vocabulary size");
            }
        }
    }
}

public sealed partial class ReferenceBackend
{
    internal override void LogProbabilities(Tensor hidden, Tensor weight, Tensor targets, Tensor y)
    {
        RequireBelow(targets.Span<int>(), weight.Shape[0]);
        double[] result = new double[y.Count];
        if (y.Count > 0)
        {
            LinearCrossEntropyReference.LogProbabilities(
                Doubles(hidden), Doubles(weight), targets.Span<int>(), result, new double[y.Count * weight.Shape[0]]);
        }

        Store(result, y);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void LogProbabilities(Tensor hidden, Tensor weight, Tensor targets, Tensor y)
    {
        RequireBelow(targets.Span<int>(), weight.Shape[0]);
        var pass = new CrossEntropyPass(
            Workers, Memory, hidden, weight, targets, scale: 1, dHidden: null, dWeight: null)
        {
            LogProbabilities = y.OverwritePointer<float>(),
        };
        pass.Run();
    }
}

public sealed partial class MetaBackend
{
    internal override void TakeLogProbabilities(Tensor logits, Tensor targets, Tensor y)
    {
    }

    internal override void LogProbabilities(Tensor hidden, Tensor weight, Tensor targets, Tensor y) =>
        Memory.Rent(CrossEntropyPass.ScratchBytes(hidden.Shape[0], weight.Shape[0], weight.Shape[1])).Release();
}
