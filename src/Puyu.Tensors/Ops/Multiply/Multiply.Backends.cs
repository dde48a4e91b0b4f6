namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary><c>y = a · b</c>; y is overwritten and may be a or b.</summary>
    internal abstract void MultiplyForward(Tensor a, Tensor b, Tensor y);

    /// <summary><c>dA += dY · b</c>.</summary>
    internal abstract void MultiplyBackward(Tensor dY, Tensor b, Tensor dA);
}

public sealed partial class ReferenceBackend
{
    internal override void MultiplyForward(Tensor a, Tensor b, Tensor y)
    {
        double[] products = new double[y.Count];
        MultiplyReference.Forward(Doubles(a), Doubles(b), products);
        Store(products, y);
    }

    internal override void MultiplyBackward(Tensor dY, Tensor b, Tensor dA)
    {
        double[] sum = Doubles(dA);
        MultiplyReference.Backward(Doubles(dY), Doubles(b), sum);
        Store(sum, dA);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void MultiplyForward(Tensor a, Tensor b, Tensor y) =>
        MultiplySimd.Run(
            Workers, a.Pointer<float>(), b.Pointer<float>(), y.OverwritePointer<float>(), y.Count, adds: false);

    internal override void MultiplyBackward(Tensor dY, Tensor b, Tensor dA)
    {
        bool adds = !dA.IsZero;
        MultiplySimd.Run(
            Workers, dY.Pointer<float>(), b.Pointer<float>(), dA.OverwritePointer<float>(), dA.Count, adds);
    }
}

public sealed partial class MetaBackend
{
    internal override void MultiplyForward(Tensor a, Tensor b, Tensor y)
    {
    }

    internal override void MultiplyBackward(Tensor dY, Tensor b, Tensor dA)
    {
    }
}
