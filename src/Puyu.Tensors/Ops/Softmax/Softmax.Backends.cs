namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>Normalizes the rows of x; y is overwritten and may be x.</summary>
    internal abstract void SoftmaxForward(Tensor x, Tensor y);

    /// <summary>Adds to dX, given the result y.</summary>
    internal abstract void SoftmaxBackward(Tensor y, Tensor dY, Tensor dX);
}

public sealed partial class ReferenceBackend
{
    internal override void SoftmaxForward(Tensor x, Tensor y)
    {
        double[] rows = new double[y.Count];
        SoftmaxReference.Forward(Doubles(x), x.Shape[^1], rows);
        Store(rows, y);
    }

    internal override void SoftmaxBackward(Tensor y, Tensor dY, Tensor dX)
    {
        double[] sum = Doubles(dX);
        SoftmaxReference.Backward(Doubles(y), y.Shape[^1], Doubles(dY), sum);
        Store(sum, dX);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void SoftmaxForward(Tensor x, Tensor y) =>
        SoftmaxSimd.Forward(Workers, x.Pointer<float>(), y.OverwritePointer<float>(), x.Shape.Rows, x.Shape[^1]);

    internal override void SoftmaxBackward(Tensor y, Tensor dY, Tensor dX)
    {
        bool overwrites = dX.IsZero;
        SoftmaxSimd.Backward(
            Workers, y.Pointer<float>(), dY.Pointer<float>(), dX.OverwritePointer<float>(), y.Shape.Rows, y.Shape[^1],
            overwrites);
    }
}

public sealed partial class MetaBackend
{
    internal override void SoftmaxForward(Tensor x, Tensor y)
    {
    }

    internal override void SoftmaxBackward(Tensor y, Tensor dY, Tensor dX)
    {
    }
}
