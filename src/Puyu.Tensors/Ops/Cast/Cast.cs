using Puyu.Tensors.Autograd;

namespace Puyu.Tensors;

/// <summary>Change of storage type.</summary>
public static class CastOp
{
    /// <summary>
    /// Converts every element. To a shorter float: rounded to nearest, ties to even; to an integer: truncated and
    /// saturated. The gradient passes through unchanged, as if nothing were rounded.
    /// </summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="x">Any type, any shape.</param>
    /// <param name="dtype">Storage type of the result.</param>
    public static Tensor Cast(this Scope scope, Tensor x, DType dtype)
    {
        Tensor y = scope.Empty(x.Shape, dtype);
        scope.Backend.Cast(x, y);
        if (scope.Records(x) && dtype.IsFloat())
        {
            Node node = scope.Record<Node>(y);
            node.X = x;
        }

        return y;
    }

    /// <summary>
    /// The tensor itself where it is F32, else an F32 copy, not recorded, for <see cref="ReleaseSingle"/> after use.
    /// </summary>
    internal static Tensor AsSingle(this Scope scope, Tensor x)
    {
        if (x.DType == DType.F32)
        {
            return x;
        }

        Tensor y = scope.Empty(x.Shape);
        scope.Backend.Cast(x, y);
        return y;
    }

    /// <summary>Frees what <see cref="AsSingle"/> made of <paramref name="x"/>, if it made anything.</summary>
    internal static void ReleaseSingle(this Scope scope, Tensor x, Tensor single)
    {
        if (single != x)
        {
            scope.Release(single);
        }
    }

    private sealed class Node : TapeNode
    {
        public Tensor X { get; set; } = null!;

        internal override void Backward(Scope scope, Tensor dY) => scope.PassGradient(X, dY);
    }
}
