namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>
    /// <c>c += op(a) · op(b)</c>: a and b F32, BF16 or F16, c F32 [M, N]; overwritten where it is marked as zero.
    /// </summary>
    internal abstract void MatMulAccumulate(Tensor a, Tensor b, Tensor c, MatMulForm form);
}

public sealed partial class ReferenceBackend
{
    internal override void MatMulAccumulate(Tensor a, Tensor b, Tensor c, MatMulForm form)
    {
        double[] sum = c.IsZero ? new double[c.Count] : Doubles(c);
        int k = form == MatMulForm.TN ? a.Shape[0] : a.Shape[^1];
        MatMulReference.Accumulate(Doubles(a), Doubles(b), sum, c.Shape.Rows, c.Shape[^1], k, form);
        Store(sum, c);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void MatMulAccumulate(Tensor a, Tensor b, Tensor c, MatMulForm form)
    {
        bool adds = !c.IsZero;
        var problem = new GemmProblem(
            a.Pointer<float>(), b.Pointer<float>(), c.OverwritePointer<float>(), c.Shape.Rows, c.Shape[^1],
            form == MatMulForm.TN ? a.Shape[0] : a.Shape[^1], form, adds)
        {
            AType = a.DType,
            BType = b.DType,
        };
        Gemm.Multiply(Workers, Memory, problem);
    }
}

public sealed partial class MetaBackend
{
    internal override void MatMulAccumulate(Tensor a, Tensor b, Tensor c, MatMulForm form)
    {
    }
}
