namespace Puyu.Tensors;

/// <summary>The update of Muon.</summary>
public static class MuonOp
{
    /// <summary>
    /// Updates a hidden matrix and its momentum. Equations in <see cref="MuonReference"/>. Takes about four times the
    /// memory of the matrix for a while.
    /// </summary>
    /// <param name="backend">The backend of the tensors.</param>
    /// <param name="weight">F32 [rows, columns]; changed.</param>
    /// <param name="gradient">F32, the shape of <paramref name="weight"/>; not changed.</param>
    /// <param name="momentum">
    /// F32, the shape of <paramref name="weight"/>; changed. Zeros before the first step.
    /// </param>
    /// <param name="step">The numbers of the step.</param>
    /// <exception cref="ShapeException">The operands are not three F32 matrices of one shape.</exception>
    public static void Muon(this Backend backend, Tensor weight, Tensor gradient, Tensor momentum, in MuonStep step)
    {
        ShapeException.Require(
            weight.Shape.Rank == 2 && weight.DType == DType.F32, $"Muon: weight is {weight} but must be an F32 matrix");
        RequireLike(weight, gradient, nameof(gradient));
        RequireLike(weight, momentum, nameof(momentum));

        using Scope scope = backend.BeginScope();
        Tensor x = scope.Empty(weight.Shape);
        backend.Combine(momentum, (float)step.Momentum, gradient, (float)step.GradientScale, momentum);
        backend.Combine(momentum, (float)step.Momentum, gradient, (float)step.GradientScale, x);
        double norm = Math.Sqrt(backend.SumOfSquares(x));
        backend.Combine(x, norm > 0 ? (float)(1 / norm) : 0, x, 0, x);
        for (int k = 0; k < step.Iterations; k++)
        {
            Iterate(scope, x);
        }

        double rate = step.LearningRate * step.UpdateRms * Math.Sqrt(Math.Max(weight.Shape[0], weight.Shape[1]));
        backend.Combine(weight, (float)(1 - (step.LearningRate * step.WeightDecay)), x, (float)-rate, weight);
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

    private static void RequireLike(Tensor weight, Tensor other, string name)
    {
        ShapeException.Require(
            other.Shape == weight.Shape && other.DType == DType.F32,
            $"Muon: {name} is {other} but weight is {weight}, so {name} must be F32 {weight.Shape}");
    }
}
