namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary><c>y = silu(gate) · up</c>; y is overwritten and may be gate or up.</summary>
    internal abstract void SwiGluForward(Tensor gate, Tensor up, Tensor y);

    /// <summary>Adds to dGate and dUp, where given.</summary>
    internal abstract void SwiGluBackward(Tensor gate, Tensor up, Tensor dY, Tensor? dGate, Tensor? dUp);
}

public sealed partial class ReferenceBackend
{
    internal override void SwiGluForward(Tensor gate, Tensor up, Tensor y)
    {
        double[] products = new double[y.Count];
        SwiGluReference.Forward(Doubles(gate), Doubles(up), products);
        Store(products, y);
    }

    internal override void SwiGluBackward(Tensor gate, Tensor up, Tensor dY, Tensor? dGate, Tensor? dUp)
    {
        if (dGate is not null)
        {
            double[] sum = Doubles(dGate);
            SwiGluReference.Backward(Doubles(gate), Doubles(up), Doubles(dY), sum, dUp: []);
            Store(sum, dGate);
        }

        if (dUp is not null)
        {
            double[] sum = Doubles(dUp);
            SwiGluReference.Backward(Doubles(gate), Doubles(up), Doubles(dY), dGate: [], sum);
            Store(sum, dUp);
        }
    }
}

public sealed unsafe partial class CpuBackend
{
    internal override void SwiGluForward(Tensor gate, Tensor up, Tensor y) =>
        SwiGluSimd.Forward(Workers, gate.Pointer<float>(), up.Pointer<float>(), y.OverwritePointer<float>(), y.Count);

    internal override void SwiGluBackward(Tensor gate, Tensor up, Tensor dY, Tensor? dGate, Tensor? dUp)
    {
        var job = new SwiGluSimd.BackwardJob
        {
            Gate = gate.Pointer<float>(),
            Up = up.Pointer<float>(),
            DY = dY.Pointer<float>(),
        };
        if (dGate is not null)
        {
            job.OverwritesDGate = dGate.IsZero;
            job.DGate = dGate.OverwritePointer<float>();
        }

        // Asked after dGate was taken: where gate and up are one tensor, the second of the two adds.
        if (dUp is not null)
        {
            job.OverwritesDUp = dUp.IsZero;
            job.DUp = dUp.OverwritePointer<float>();
        }

        SwiGluSimd.Backward(Workers, job, gate.Count);
    }
}

public sealed partial class MetaBackend
{
    internal override void SwiGluForward(Tensor gate, Tensor up, Tensor y)
    {
    }

    internal override void SwiGluBackward(Tensor gate, Tensor up, Tensor dY, Tensor? dGate, Tensor? dUp)
    {
    }
}
