namespace Puyu.Tensors;

public abstract partial class Backend
{
    /// <summary>
    /// Overwrites loss [1] with the scaled loss, and adds its gradients to those of dHidden and dWeight that are given.
    /// </summary>
    internal abstract void LinearCrossEntropy(
        Tensor hidden, Tensor weight, Tensor targets, float scale, Tensor loss, Tensor? dHidden, Tensor? dWeight);

    /// <summary>Throws unless the upstream gradient of a loss, whose gradients are already added, is 1.</summary>
    internal abstract void RequireOne(Tensor dLoss);
}

public abstract partial class HostBackend
{
    internal sealed override void RequireOne(Tensor dLoss)
    {
        float upstream = dLoss.Span<float>()[0];
        if (upstream != 1)
        {
            throw new InvalidOperationException(
                $"LinearCrossEntropy: the gradient of the loss is {upstream} but must be 1, since the loss must be the "
                + "root of backward; scale it with the argument scale");
        }
    }
}

public sealed partial class ReferenceBackend
{
    internal override void LinearCrossEntropy(
        Tensor hidden, Tensor weight, Tensor targets, float scale, Tensor loss, Tensor? dHidden, Tensor? dWeight)
    {
        RequireBelow(targets.Span<int>(), weight.Shape[0]);
        double[] dHiddenSum = dHidden is null ? new double[hidden.Count] : Doubles(dHidden);
        double[] dWeightSum = dWeight is null ? new double[weight.Count] : Doubles(dWeight);
        double sum = targets.Count == 0 ? 0 : LinearCrossEntropyReference.ForwardBackward(
            Doubles(hidden), Doubles(weight), targets.Span<int>(), scale, dHiddenSum, dWeightSum);
        Store([sum], loss);
        if (dHidden is not null)
        {
            Store(dHiddenSum, dHidden);
        }

        if (dWeight is not null)
        {
            Store(dWeightSum, dWeight);
        }
    }
}

public sealed partial class CpuBackend
{
    internal override void LinearCrossEntropy(
        Tensor hidden, Tensor weight, Tensor targets, float scale, Tensor loss, Tensor? dHidden, Tensor? dWeight)
    {
        RequireBelow(targets.Span<int>(), weight.Shape[0]);
        var pass = new CrossEntropyPass(Workers, Memory, hidden, weight, targets, scale, dHidden, dWeight);
        loss.Span<float>()[0] = (float)(-scale * pass.Run());
    }
}

public sealed partial class MetaBackend
{
    internal override void LinearCrossEntropy(
        Tensor hidden, Tensor weight, Tensor targets, float scale, Tensor loss, Tensor? dHidden, Tensor? dWeight) =>
        Memory.Rent(CrossEntropyPass.ScratchBytes(hidden.Shape[0], weight.Shape[0], weight.Shape[1])).Release();

    internal override void RequireOne(Tensor dLoss)
    {
    }
}
