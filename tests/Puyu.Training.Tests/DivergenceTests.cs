using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Tests.Support;

namespace Puyu.Training.Tests;

public class DivergenceTests
{
    [Fact]
    public void ThrowIfAny_NamesTheGradientThatBackwardReachedFirst()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder model = Decoder.Create(TinyRun.Config, backend);
        model.Initialize(seed: 1);
        model.AllocateGradients();
        foreach (string name in (string[])
            ["embedding.weight", "layers.0.attention.qkv.weight", "layers.1.attention.qkv.weight"])
        {
            model.Parameters[name].Gradient!.Span<float>()[5] = float.PositiveInfinity;
        }

        TrainingDivergedException exception = Assert.Throws<TrainingDivergedException>(
            () => Divergence.ThrowIfAny(12, 1.5, double.PositiveInfinity, model.Parameters));

        Assert.Equal(12, exception.Step);
        Assert.Equal("gradient of layers.1.attention.qkv.weight", exception.Tensor);
        Assert.StartsWith(
            "step 12 diverged: the gradient norm is Infinity "
            + "and the first tensor that is not finite is gradient of layers.1.",
            exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ThrowIfAny_AcceptsFiniteNumbers()
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder model = Decoder.Create(TinyRun.Config, backend);

        Assert.Null(Record.Exception(() => Divergence.ThrowIfAny(1, 1e30, 1e30, model.Parameters)));
    }
}
