namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary><c>y = Σ x / divisor</c>, one element; overwritten.</summary>
    internal abstract void ReduceForward(Tensor x, double divisor, Tensor y);

    /// <summary><c>dX += dY / divisor</c>, the one element of dY to all of dX.</summary>
    internal abstract void ReduceBackward(Tensor dY, double divisor, Tensor dX);
}

public sealed partial class ReferenceBackend
{
    internal override void ReduceForward(Tensor x, double divisor, Tensor y) =>
        Store([ReduceReference.Forward(Doubles(x), divisor)], y);

    internal override void ReduceBackward(Tensor dY, double divisor, Tensor dX)
    {
        double[] sum = Doubles(dX);
        ReduceReference.Backward(Doubles(dY)[0], divisor, sum);
        Store(sum, dX);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void ReduceForward(Tensor x, double divisor, Tensor y) =>
        *y.OverwritePointer<float>() = (float)(ReduceSimd.Sum(Workers, x.Pointer<float>(), x.Count) / divisor);

    internal override void ReduceBackward(Tensor dY, double divisor, Tensor dX)
    {
        bool adds = !dX.IsZero;
        float share = (float)(*dY.Pointer<float>() / divisor);
        ReduceSimd.Spread(Workers, share, dX.OverwritePointer<float>(), dX.Count, adds);
    }
}

public sealed partial class MetaBackend
{
    internal override void ReduceForward(Tensor x, double divisor, Tensor y)
    {
    }

    internal override void ReduceBackward(Tensor dY, double divisor, Tensor dX)
    {
    }
}
