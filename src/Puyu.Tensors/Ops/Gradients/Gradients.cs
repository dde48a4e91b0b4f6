namespace Puyu.Tensors;

/// <summary>What an optimizer asks about gradients before it uses them.</summary>
public static class GradientOps
{
    /// <summary>Σ xᵢ², in double precision and in a fixed order: a share of the squared global norm.</summary>
    /// <param name="backend">The backend of <paramref name="x"/>.</param>
    /// <param name="x">F32, any shape; not changed.</param>
    /// <exception cref="ShapeException">The elements are not F32.</exception>
    public static double SumOfSquares(this Backend backend, Tensor x)
    {
        ShapeException.Require(x.DType == DType.F32, $"SumOfSquares: {x} must be F32");
        return backend.SumSquares(x);
    }

    /// <summary>Looks for NaN and infinities.</summary>
    /// <param name="backend">The backend of <paramref name="x"/>.</param>
    /// <param name="x">F32, any shape; not changed.</param>
    /// <returns>The smallest index of an element that is not finite; null where all are.</returns>
    /// <exception cref="ShapeException">The elements are not F32.</exception>
    public static long? FirstNonFinite(this Backend backend, Tensor x)
    {
        ShapeException.Require(x.DType == DType.F32, $"FirstNonFinite: {x} must be F32");
        return backend.FindNonFinite(x);
    }
}
