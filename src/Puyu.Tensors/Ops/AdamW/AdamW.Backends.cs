namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>One update; weight, m and v change, copy is overwritten where given.</summary>
    internal abstract void AdamWUpdate(
        Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step, Tensor? copy);
}

public sealed partial class ReferenceBackend
{
    internal override void AdamWUpdate(
        Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step, Tensor? copy)
    {
        double[] weights = Doubles(weight);
        double[] first = Doubles(m);
        double[] second = Doubles(v);
        AdamWReference.Update(weights, Doubles(gradient), first, second, step);
        Store(weights, weight);
        Store(first, m);
        Store(second, v);
        if (copy is not null)
        {
            Cast(weight, copy);
        }
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void AdamWUpdate(
        Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step, Tensor? copy)
    {
        var job = new AdamWSimd.Job
        {
            Weight = weight.Pointer<float>(),
            Gradient = gradient.Pointer<float>(),
            M = m.Pointer<float>(),
            V = v.Pointer<float>(),
            Copy = copy is null ? null : copy.OverwritePointer<byte>(),
            CopyType = copy?.DType ?? DType.F32,
        };
        AdamWSimd.Update(Workers, job, step, weight.Count);
    }
}

public sealed partial class MetaBackend
{
    internal override void AdamWUpdate(
        Tensor weight, Tensor gradient, Tensor m, Tensor v, AdamWStep step, Tensor? copy)
    {
    }
}
