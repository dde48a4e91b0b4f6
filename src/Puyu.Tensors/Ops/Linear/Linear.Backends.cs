namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary><c>y = x · Wᵀ + b</c>; y is overwritten.</summary>
    internal abstract void LinearForward(Tensor x, Tensor weight, Tensor? bias, Tensor y);

    /// <summary>Adds the sum over the rows of dY [T, out] to dBias [out].</summary>
    internal abstract void LinearBackwardBias(Tensor dY, Tensor dBias);
}

public sealed partial class ReferenceBackend
{
    internal override void LinearForward(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        if (y.Count == 0)
        {
            return;
        }

        double[] sums = new double[y.Count];
        LinearReference.Forward(Doubles(x), Doubles(weight), bias is null ? [] : Doubles(bias), sums, x.Shape[0]);
        Store(sums, y);
    }

    internal override void LinearBackwardBias(Tensor dY, Tensor dBias)
    {
        double[] sums = Doubles(dBias);
        LinearReference.BackwardBias(Doubles(dY), sums);
        Store(sums, dBias);
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void LinearForward(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        (int t, int width) = (x.Shape[0], weight.Shape[0]);
        float* target = y.OverwritePointer<float>();
        if (bias is not null)
        {
            LinearSimd.FillRows(Workers, bias.Pointer<float>(), target, t, width);
        }

        var problem = new GemmProblem(
            x.Pointer<float>(), weight.Pointer<float>(), target, t, width, x.Shape[1], MatMulForm.NT,
            adds: bias is not null)
        {
            BType = weight.DType,
        };
        Gemm.Multiply(Workers, Memory, problem);
    }

    internal override void LinearBackwardBias(Tensor dY, Tensor dBias) =>
        LinearSimd.AccumulateColumns(
            Workers, dY.Pointer<float>(), dBias.Pointer<float>(), dY.Shape[0], dY.Shape[1]);
}

public sealed partial class MetaBackend
{
    internal override void LinearForward(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
    }

    internal override void LinearBackwardBias(Tensor dY, Tensor dBias)
    {
    }
}
