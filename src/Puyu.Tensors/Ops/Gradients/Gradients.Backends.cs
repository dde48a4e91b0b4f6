namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>Σ xᵢ² in double precision.</summary>
    internal abstract double SumSquares(Tensor x);

    /// <summary>The smallest index of an element that is not finite.</summary>
    internal abstract long? FindNonFinite(Tensor x);
}

public sealed partial class ReferenceBackend
{
    internal override double SumSquares(Tensor x) => ReduceReference.SumOfSquares(Doubles(x));

    internal override long? FindNonFinite(Tensor x)
    {
        int index = Array.FindIndex(Doubles(x), xi => !double.IsFinite(xi));
        return index < 0 ? null : index;
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override double SumSquares(Tensor x) => ReduceSimd.SumOfSquares(Workers, x.Pointer<float>(), x.Count);

    internal override long? FindNonFinite(Tensor x) => FirstNonFiniteSimd.Run(Workers, x.Pointer<float>(), x.Count);
}

public sealed partial class MetaBackend
{
    internal override double SumSquares(Tensor x) => 0;

    internal override long? FindNonFinite(Tensor x) => null;
}
