namespace Puyu.Tensors;

/// <summary>The update of a hidden matrix by Muon.</summary>
public static class MuonOp
{
    /// <summary>Makes one step. Equations in <see cref="MuonReference"/>.</summary>
    /// <param name="scope">Owns what the iteration needs for a while: about four times the matrix.</param>
    /// <param name="weight">F32 [rows, columns], changed.</param>
    /// <param name="gradient">F32 [rows, columns].</param>
    /// <param name="momentum">F32 [rows, columns], changed.</param>
    /// <param name="update">The numbers of the step.</param>
    /// <exception cref="ShapeException">The operands are not three F32 matrices of one shape.</exception>
    public static void MuonStep(
        this Scope scope, Tensor weight, Tensor gradient, Tensor momentum, in MuonUpdate update)
    {
        ShapeException.Require(
            weight.Shape.Rank == 2 && gradient.Shape == weight.Shape && momentum.Shape == weight.Shape
                && weight.DType == DType.F32 && gradient.DType == DType.F32 && momentum.DType == DType.F32,
            $"Muon: weight is {weight}, gradient {gradient} and momentum {momentum} but they must be F32 matrices of one shape");

        using Scope inner = scope.BeginUnrecorded();
        Backend backend = scope.Backend;
        Tensor x = inner.Empty(weight.Shape);
        backend.Combine(momentum, update.Momentum, gradient, update.GradientScale, momentum);
        backend.Combine(momentum, update.Momentum, gradient, update.GradientScale, x);
        double norm = Math.Sqrt(backend.SumOfSquares(x));
        backend.Combine(x, norm > 0 ? (float)(1 / norm) : 0, x, 0, x);
        for (int k = 0; k < update.Iterations; k++)
        {
            Iterate(inner, x);
        }

        float scale = update.UpdateRms * MathF.Sqrt(Math.Max(weight.Shape[0], weight.Shape[1]));
        backend.Combine(
            weight, 1 - (update.LearningRate * update.WeightDecay), x, -update.LearningRate * scale, weight);
    }

    private static void Iterate(Scope scope, Tensor x)
    {
        using Scope inner = scope.Begin();
        Backend backend = scope.Backend;
        bool isWide = x.Shape[0] <= x.Shape[1];
        Tensor a = inner.MatMul(x, x, isWide ? MatMulForm.NT : MatMulForm.TN);
        Tensor p = inner.MatMul(a, a, MatMulForm.NN);
        backend.Combine(a, (float)MuonReference.B, p, (float)MuonReference.C, p);
        Tensor px = isWide ? inner.MatMul(p, x, MatMulForm.NN) : inner.MatMul(x, p, MatMulForm.NN);
        backend.Combine(x, (float)MuonReference.A, px, 1, x);
    }
}
