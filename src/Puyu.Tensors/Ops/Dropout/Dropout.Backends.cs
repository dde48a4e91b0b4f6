namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>Drops and scales elements; y is overwritten and may be x.</summary>
    internal abstract void DropoutForward(Tensor x, DropoutMask mask, Tensor y);

    /// <summary>Adds to dX, with the mask of forward.</summary>
    internal abstract void DropoutBackward(Tensor dY, DropoutMask mask, Tensor dX);
}

public sealed partial class ReferenceBackend
{
    internal override void DropoutForward(Tensor x, DropoutMask mask, Tensor y)
    {
        double[] kept = new double[y.Count];
        DropoutReference.Forward(Doubles(x), mask, kept);
        Store(kept, y);
    }

    internal override void DropoutBackward(Tensor dY, DropoutMask mask, Tensor dX)
    {
        double[] sum = Doubles(dX);
        DropoutReference.Backward(Doubles(dY), mask, sum);
        Store(sum, dX);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void DropoutForward(Tensor x, DropoutMask mask, Tensor y) =>
        DropoutSimd.Run(Workers, x.Pointer<float>(), mask, y.OverwritePointer<float>(), y.Count, adds: false);

    internal override void DropoutBackward(Tensor dY, DropoutMask mask, Tensor dX)
    {
        bool adds = !dX.IsZero;
        DropoutSimd.Run(Workers, dY.Pointer<float>(), mask, dX.OverwritePointer<float>(), dX.Count, adds);
    }
}

public sealed partial class MetaBackend
{
    internal override void DropoutForward(Tensor x, DropoutMask mask, Tensor y)
    {
    }

    internal override void DropoutBackward(Tensor dY, DropoutMask mask, Tensor dX)
    {
    }
}
