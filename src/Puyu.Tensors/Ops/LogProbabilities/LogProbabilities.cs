using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>Log-probabilities of given tokens.</summary>
public static class LogProbabilitiesOp
{
    /// <summary>Rows whose logits exist at a time.</summary>
    private const int ChunkRows = 32;

    /// <summary>
    /// The log-probability of each row's target under the language-modelling head. Equations in
    /// <see cref="LinearCrossEntropyReference"/>; the logits are made for some rows at a time and never kept.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="hidden">F32, shape [T, D].</param>
    /// <param name="weight">F32, BF16 or F16. Shape [V, D].</param>
    /// <param name="targets">I32, shape [T], below V; negative where the row is ignored.</param>
    /// <returns>Two tensors of shape [T]. An element does not depend on the other rows.</returns>
    /// <exception cref="ShapeException">The shapes or storage types do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is V or more.</exception>
    /// <exception cref="InvalidOperationException">The op would have to be recorded: it has no backward.</exception>
    public static TargetScores LogProbabilities(this Scope scope, Tensor hidden, Tensor weight, Tensor targets)
    {
        LinearCrossEntropyOp.Require("LogProbabilities", hidden, weight, targets);
        if (scope.Records(hidden, weight))
        {
            throw new InvalidOperationException(
                $"LogProbabilities: {hidden} or {weight} requires a gradient but the op has none; use BeginUnrecorded, "
                + "or LinearCrossEntropy for a loss");
        }

        TargetScores y = Empty(scope, hidden.Shape[0]);
        scope.Backend.LogProbabilities(hidden, weight, targets, y);
        return y;
    }

    /// <summary>The log-probability of each row's target under a language-modelling head of packed weights.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="hidden">F32, shape [T, D].</param>
    /// <param name="weight">[V, D].</param>
    /// <param name="targets">I32, shape [T], below V; negative where the row is ignored.</param>
    /// <returns>Two tensors of shape [T]. An element does not depend on the other rows.</returns>
    /// <exception cref="ShapeException">The shapes or storage types do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is V or more.</exception>
    public static TargetScores LogProbabilities(this Scope scope, Tensor hidden, PackedMatrix weight, Tensor targets)
    {
        int rows = hidden.Shape[0];
        ShapeException.Require(
            targets.DType == DType.I32 && targets.Shape.Rank == 1 && targets.Shape[0] == rows,
            $"LogProbabilities: targets is {targets} but hidden is {hidden}, so targets must be I32 [{rows}]");
        TargetScores y = Empty(scope, rows);
        for (int first = 0; first < rows; first += ChunkRows)
        {
            using Scope inner = scope.Begin();
            int count = Math.Min(ChunkRows, rows - first);
            Tensor part = inner.View(hidden, [count, hidden.Shape[1]], first);        // [R, D]
            Tensor logits = inner.QuantizedLinear(part, weight);                      // [R, V]
            scope.Backend.TakeLogProbabilities(
                logits, inner.View(targets, [count], first),
                new TargetScores(
                    inner.View(y.LogProbabilities, [count], first), inner.View(y.AreLikeliest, [count], first)));
        }

        return y;
    }

    private static TargetScores Empty(Scope scope, int rows) =>
        new(scope.Empty([rows]), scope.Empty([rows], DType.U8));
}

/// <summary>How likely the targets of some rows are.</summary>
/// <param name="LogProbabilities">F32 [T]; 0 where the row is ignored.</param>
/// <param name="AreLikeliest">U8 [T]: 1 where no token is more likely than the target, else 0.</param>
public readonly record struct TargetScores(Tensor LogProbabilities, Tensor AreLikeliest);
