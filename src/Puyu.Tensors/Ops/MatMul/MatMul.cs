using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Matrix product.</summary>
public static class MatMulOp
{
    /// <summary>Multiplies two matrices. Equations in <see cref="MatMulReference"/>.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="a">F32, BF16 or F16. Shape [M, K], or [K, M] in form TN.</param>
    /// <param name="b">F32, BF16 or F16. Shape [K, N], or [N, K] in form NT.</param>
    /// <param name="form">Which operands are transposed.</param>
    /// <returns>F32, shape [M, N]. A row does not depend on how many others there are.</returns>
    /// <exception cref="ShapeException">The operands are no matrices of real numbers, or their K differ.</exception>
    public static Tensor MatMul(this Scope scope, Tensor a, Tensor b, MatMulForm form)
    {
        ShapeException.Require(
            a.Shape.Rank == 2 && b.Shape.Rank == 2, $"MatMul: a is {a} and b is {b} but both must be matrices");
        ShapeException.Require(
            a.DType.IsFloat() && b.DType.IsFloat(), $"MatMul: a is {a} and b is {b} but both must hold real numbers");
        (int m, int k) = form == MatMulForm.TN ? (a.Shape[1], a.Shape[0]) : (a.Shape[0], a.Shape[1]);
        (int n, int kOfB) = form == MatMulForm.NT ? (b.Shape[0], b.Shape[1]) : (b.Shape[1], b.Shape[0]);
        ShapeException.Require(k == kOfB, $"MatMul {form}: a is {a} and b is {b}, so K is {k} in a but {kOfB} in b");

        Tensor y = scope.Empty([m, n]);
        y.MarkZero();
        scope.Backend.MatMulAccumulate(a, b, y, form);
        if (scope.Records(a, b))
        {
            Node node = scope.Record<Node>(y);
            (node.A, node.B, node.Form) = (a, b, form);
        }

        return y;
    }

    private sealed class Node : TapeNode
    {
        public Tensor A { get; set; } = null!;

        public Tensor B { get; set; } = null!;

        public MatMulForm Form { get; set; }

        internal override void Backward(Scope scope, Tensor dY)
        {
            if (A.RequiresGradient)
            {
                (Tensor left, Tensor right, MatMulForm form) = Form switch
                {
                    MatMulForm.NN => (dY, B, MatMulForm.NT),
                    MatMulForm.NT => (dY, B, MatMulForm.NN),
                    _ => (B, dY, MatMulForm.NT),
                };
                scope.Backend.MatMulAccumulate(left, right, scope.Gradient(A), form);
            }

            if (B.RequiresGradient)
            {
                (Tensor left, Tensor right, MatMulForm form) = Form switch
                {
                    MatMulForm.NN => (A, dY, MatMulForm.TN),
                    MatMulForm.NT => (dY, A, MatMulForm.TN),
                    _ => (A, dY, MatMulForm.NN),
                };
                scope.Backend.MatMulAccumulate(left, right, scope.Gradient(B), form);
            }
        }
    }
}
