using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Tensors side by side.</summary>
public static class ConcatOp
{
    /// <summary>Puts two or three tensors side by side along the last dimension.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="a">Shape [..., Da], F32.</param>
    /// <param name="b">Shape [..., Db], F32.</param>
    /// <param name="c">Shape [..., Dc], F32; null for two.</param>
    /// <returns>Shape [..., Da + Db + Dc].</returns>
    /// <exception cref="ShapeException">The outer dimensions differ, or the elements are not F32.</exception>
    public static Tensor Concat(this Scope scope, Tensor a, Tensor b, Tensor? c = null)
    {
        ShapeException.Require(a.Shape.Rank > 0 && a.DType == DType.F32, $"Concat: a is {a} but must be F32 [..., D]");
        RequireBeside(a, b);
        if (c is not null)
        {
            RequireBeside(a, c);
        }

        (int widthOfA, int widthOfB, int widthOfC) = (a.Shape[^1], b.Shape[^1], c?.Shape[^1] ?? 0);
        Tensor y = scope.Empty(SliceOp.WithLast(a.Shape, widthOfA + widthOfB + widthOfC));
        scope.Backend.CopyColumns(a, sourceColumn: 0, y, targetColumn: 0, widthOfA);
        scope.Backend.CopyColumns(b, sourceColumn: 0, y, targetColumn: widthOfA, widthOfB);
        if (c is not null)
        {
            scope.Backend.CopyColumns(c, sourceColumn: 0, y, targetColumn: widthOfA + widthOfB, widthOfC);
        }

        if (scope.Records(a, b) || (c is not null && scope.Records(c)))
        {
            Node node = scope.Record<Node>(y);
            (node.A, node.B, node.C) = (a, b, c);
        }

        return y;
    }

    private static void RequireBeside(Tensor a, Tensor other)
    {
        ShapeException.Require(
            other.Shape.Rank == a.Shape.Rank && SliceOp.WithLast(other.Shape, 1) == SliceOp.WithLast(a.Shape, 1)
            && other.DType == DType.F32,
            $"Concat: {other} does not fit beside {a}: all but the last dimension must agree");
    }

    private sealed class Node : TapeNode
    {
        public Tensor A { get; set; } = null!;

        public Tensor B { get; set; } = null!;

        public Tensor? C { get; set; }

        internal override void Backward(Scope scope, Tensor dY)
        {
            AddColumns(scope, dY, firstColumn: 0, A);
            AddColumns(scope, dY, A.Shape[^1], B);
            if (C is not null)
            {
                AddColumns(scope, dY, A.Shape[^1] + B.Shape[^1], C);
            }
        }

        private static void AddColumns(Scope scope, Tensor dY, int firstColumn, Tensor x)
        {
            if (!x.RequiresGradient)
            {
                return;
            }

            Tensor dX = scope.Gradient(x);
            if (dX.IsZero)
            {
                scope.Backend.CopyColumns(dY, firstColumn, dX, targetColumn: 0, x.Shape[^1]);
            }
            else
            {
                scope.Backend.AddColumns(dY, firstColumn, dX, targetColumn: 0, x.Shape[^1]);
            }
        }
    }
}
