using Puyu.Tensors.Memory;

namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>Normalizes the rows of x; weight is F32, y is overwritten.</summary>
    internal abstract void RmsNormForward(Tensor x, Tensor weight, float epsilon, Tensor y);

    /// <summary>Adds to dX and dWeight, where given. Weight is F32.</summary>
    internal abstract void RmsNormBackward(
        Tensor x, Tensor weight, float epsilon, Tensor dY, Tensor? dX, Tensor? dWeight);
}

public sealed partial class ReferenceBackend
{
    internal override void RmsNormForward(Tensor x, Tensor weight, float epsilon, Tensor y)
    {
        double[] rows = new double[y.Count];
        RmsNormReference.Forward(Doubles(x), Doubles(weight), epsilon, rows);
        Store(rows, y);
    }

    internal override void RmsNormBackward(
        Tensor x, Tensor weight, float epsilon, Tensor dY, Tensor? dX, Tensor? dWeight)
    {
        double[] dXSum = dX is null ? [] : Doubles(dX);
        double[] dWeightSum = dWeight is null ? [] : Doubles(dWeight);
        RmsNormReference.Backward(Doubles(x), Doubles(weight), epsilon, Doubles(dY), dXSum, dWeightSum);
        if (dX is not null)
        {
            Store(dXSum, dX);
        }

        if (dWeight is not null)
        {
            Store(dWeightSum, dWeight);
        }
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void RmsNormForward(Tensor x, Tensor weight, float epsilon, Tensor y) =>
        RmsNormSimd.Forward(
            Workers, x.Pointer<float>(), weight.Pointer<float>(), epsilon, y.OverwritePointer<float>(),
            x.Shape.Rows, x.Shape[^1]);

    internal override void RmsNormBackward(
        Tensor x, Tensor weight, float epsilon, Tensor dY, Tensor? dX, Tensor? dWeight)
    {
        Storage? partials = dWeight is null ? null : Memory.Rent(RmsNormSimd.PartialBytes(x.Shape.Rows, x.Shape[^1]));
        bool overwritesDX = dX is { IsZero: true };
        var job = new RmsNormSimd.BackwardJob
        {
            X = x.Pointer<float>(),
            Weight = weight.Pointer<float>(),
            Epsilon = epsilon,
            DY = dY.Pointer<float>(),
            DX = dX is null ? null : dX.OverwritePointer<float>(),
            OverwritesDX = overwritesDX,
            DWeight = dWeight is null ? null : dWeight.Pointer<float>(),
            Partials = partials is null ? null : (float*)partials.Pointer,
            D = x.Shape[^1],
        };
        RmsNormSimd.Backward(Workers, job, x.Shape.Rows);
        partials?.Release();
    }
}

public sealed partial class MetaBackend
{
    internal override void RmsNormForward(Tensor x, Tensor weight, float epsilon, Tensor y)
    {
    }

    internal override void RmsNormBackward(
        Tensor x, Tensor weight, float epsilon, Tensor dY, Tensor? dX, Tensor? dWeight)
    {
        if (dWeight is not null)
        {
            Memory.Rent(RmsNormSimd.PartialBytes(x.Shape.Rows, x.Shape[^1])).Release();
        }
    }
}
