namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>
    /// y [T, H·E] and, where asked for, L [H, T] are overwritten (<see cref="AttentionReference.Forward"/>).
    /// </summary>
    internal abstract void AttentionForward(in AttentionInput input, Tensor y, Tensor? logSumExp);

    /// <summary>dQkv [T, Width] is added to (<see cref="AttentionReference.Backward"/>).</summary>
    internal abstract void AttentionBackward(
        in AttentionInput input, Tensor y, Tensor logSumExp, Tensor dY, Tensor dQkv);
}

public sealed partial class ReferenceBackend
{
    internal override void AttentionForward(in AttentionInput input, Tensor y, Tensor? logSumExp)
    {
        double[] yDoubles = new double[y.Count];
        double[] l = new double[(long)input.Layout.Heads * input.Rows];
        AttentionReference.Forward(Doubles(input.Qkv), input.Boundaries(), input.Layout, yDoubles, l);
        Store(yDoubles, y);
        if (logSumExp is not null)
        {
            Store(l, logSumExp);
        }
    }

    internal override void AttentionBackward(
        in AttentionInput input, Tensor y, Tensor logSumExp, Tensor dY, Tensor dQkv)
    {
        double[] sum = Doubles(dQkv);
        AttentionReference.Backward(
            Doubles(input.Qkv), input.Boundaries(), input.Layout, Doubles(y), Doubles(logSumExp), Doubles(dY), sum);
        Store(sum, dQkv);
    }
}

public sealed partial class CpuBackend
{
    internal override void AttentionForward(in AttentionInput input, Tensor y, Tensor? logSumExp) =>
        AttentionSimd.Forward(this, input, y, logSumExp);

    internal override void AttentionBackward(
        in AttentionInput input, Tensor y, Tensor logSumExp, Tensor dY, Tensor dQkv) =>
        AttentionSimd.Backward(this, input, y, logSumExp, dY, dQkv);
}

public sealed partial class MetaBackend
{
    internal override void AttentionForward(in AttentionInput input, Tensor y, Tensor? logSumExp)
    {
    }

    internal override void AttentionBackward(
        in AttentionInput input, Tensor y, Tensor logSumExp, Tensor dY, Tensor dQkv)
    {
    }
}
