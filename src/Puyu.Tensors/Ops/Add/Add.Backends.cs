namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary><c>y = a + b</c>; y is overwritten and may be a or b.</summary>
    internal abstract void AddForward(Tensor a, Tensor b, Tensor y);

    /// <summary><c>target += source</c>, both F32 and of one size.</summary>
    internal abstract void Accumulate(Tensor source, Tensor target);
}

public sealed partial class ReferenceBackend
{
    internal override void AddForward(Tensor a, Tensor b, Tensor y)
    {
        double[] sum = new double[y.Count];
        AddReference.Forward(Doubles(a), Doubles(b), sum);
        Store(sum, y);
    }

    internal override void Accumulate(Tensor source, Tensor target)
    {
        double[] sum = Doubles(target);
        AddReference.Backward(Doubles(source), sum);
        Store(sum, target);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void AddForward(Tensor a, Tensor b, Tensor y) =>
        AddSimd.Forward(Workers, a.Pointer<float>(), b.Pointer<float>(), y.OverwritePointer<float>(), y.Count);

    internal override void Accumulate(Tensor source, Tensor target)
    {
        if (target.IsZero)
        {
            Copy(source, target);
            return;
        }

        float* sum = target.Pointer<float>();
        AddSimd.Forward(Workers, source.Pointer<float>(), sum, sum, target.Count);
    }
}

public sealed partial class MetaBackend
{
    internal override void AddForward(Tensor a, Tensor b, Tensor y)
    {
    }

    internal override void Accumulate(Tensor source, Tensor target)
    {
    }
}
