namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary><c>y = factor · x</c>; y is overwritten and may be x.</summary>
    internal abstract void ScaleForward(Tensor x, float factor, Tensor y);

    /// <summary><c>dX += factor · dY</c>.</summary>
    internal abstract void ScaleBackward(Tensor dY, float factor, Tensor dX);
}

public sealed partial class ReferenceBackend
{
    internal override void ScaleForward(Tensor x, float factor, Tensor y)
    {
        double[] products = new double[y.Count];
        ScaleReference.Forward(Doubles(x), factor, products);
        Store(products, y);
    }

    internal override void ScaleBackward(Tensor dY, float factor, Tensor dX)
    {
        double[] sum = Doubles(dX);
        ScaleReference.Backward(Doubles(dY), factor, sum);
        Store(sum, dX);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void ScaleForward(Tensor x, float factor, Tensor y) =>
        ScaleSimd.Run(Workers, x.Pointer<float>(), factor, y.OverwritePointer<float>(), y.Count, adds: false);

    internal override void ScaleBackward(Tensor dY, float factor, Tensor dX)
    {
        bool adds = !dX.IsZero;
        ScaleSimd.Run(Workers, dY.Pointer<float>(), factor, dX.OverwritePointer<float>(), dX.Count, adds);
    }
}

public sealed partial class MetaBackend
{
    internal override void ScaleForward(Tensor x, float factor, Tensor y)
    {
    }

    internal override void ScaleBackward(Tensor dY, float factor, Tensor dX)
    {
    }
}
