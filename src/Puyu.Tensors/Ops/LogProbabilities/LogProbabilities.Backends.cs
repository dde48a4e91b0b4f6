using System.Numerics.Tensors;

namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>Overwrites y [T] with the scores of the targets, 0 where they are negative.</summary>
    internal abstract void LogProbabilities(Tensor hidden, Tensor weight, Tensor targets, TargetScores y);

    /// <summary>Overwrites y [R] with the scores of the targets; logits [R, V] are used up.</summary>
    internal abstract void TakeLogProbabilities(Tensor logits, Tensor targets, TargetScores y);
}

public abstract partial class HostBackend
{
    internal sealed override void TakeLogProbabilities(Tensor logits, Tensor targets, TargetScores y)
    {
        RequireBelow(targets.Span<int>(), logits.Shape[1]);
        Span<float> logProbabilities = y.LogProbabilities.Span<float>();
        Span<byte> areLikeliest = y.AreLikeliest.Span<byte>();
        for (int row = 0; row < logProbabilities.Length; row++)
        {
            int target = targets.Span<int>()[row];
            Span<float> ofRow = logits.Span<float>().Slice(row * logits.Shape[1], logits.Shape[1]);
            (logProbabilities[row], bool isLikeliest) = target < 0 ? (0, false) : Score(ofRow, target);
            areLikeliest[row] = isLikeliest ? (byte)1 : (byte)0;
        }
    }

    private static (float LogProbability, bool IsLikeliest) Score(Span<float> logits, int target)
    {
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max<float>(logits), logits);
        float ofTarget = logits[target];
        TensorPrimitives.Exp(logits, logits);
        return (ofTarget - MathF.Log(TensorPrimitives.Sum<float>(logits)), ofTarget == 0);
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
    internal override void LogProbabilities(Tensor hidden, Tensor weight, Tensor targets, TargetScores y)
    {
        RequireBelow(targets.Span<int>(), weight.Shape[0]);
        (int t, int v) = (targets.Shape[0], weight.Shape[0]);
        double[] result = new double[t];
        double[] probabilities = new double[t * v];
        if (t > 0)
        {
            LinearCrossEntropyReference.LogProbabilities(
                Doubles(hidden), Doubles(weight), targets.Span<int>(), result, probabilities);
        }

        Store(result, y.LogProbabilities);
        for (int row = 0; row < t; row++)
        {
            ReadOnlySpan<double> ofRow = probabilities.AsSpan(row * v, v);
            bool isLikeliest = targets.Span<int>()[row] is var target and >= 0
                && ofRow[target] == TensorPrimitives.Max(ofRow);
            y.AreLikeliest.Span<byte>()[row] = isLikeliest ? (byte)1 : (byte)0;
        }
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void LogProbabilities(Tensor hidden, Tensor weight, Tensor targets, TargetScores y)
    {
        RequireBelow(targets.Span<int>(), weight.Shape[0]);
        var pass = new CrossEntropyPass(
            Workers, Memory, hidden, weight, targets, scale: 1, dHidden: null, dWeight: null)
        {
            LogProbabilities = y.LogProbabilities.OverwritePointer<float>(),
            AreLikeliest = y.AreLikeliest.OverwritePointer<byte>(),
        };
        pass.Run();
    }
}

public sealed partial class MetaBackend
{
    internal override void TakeLogProbabilities(Tensor logits, Tensor targets, TargetScores y)
    {
    }

    internal override void LogProbabilities(Tensor hidden, Tensor weight, Tensor targets, TargetScores y) =>
        Memory.Rent(CrossEntropyPass.ScratchBytes(hidden.Shape[0], weight.Shape[0], weight.Shape[1])).Release();
}
