using Puyu.Tensors;

namespace Puyu.Models.Tests;

public sealed class RandomModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_MakesAFolderThatLoads_WithWeightsOfTheRightSpread()
    {
        RandomModel.Write(_folder.Root, ModelShapes.Of("tiny"), seed: 4);

        using var backend = new CpuBackend(threads: 1);
        using Decoder decoder = Decoder.Load(_folder.Root, backend);
        using Scope scope = backend.BeginScope();
        float[] numbers = scope.Cast(decoder.Parameters["layers.2.feed_forward.up.weight"].Value, DType.F32)
            .Span<float>().ToArray();
        Assert.Equal(0, numbers.Average(), 0.02 / 50);
        Assert.Equal(0.02, Math.Sqrt(numbers.Average(number => number * number)), 0.02 / 50);
        Assert.All(
            scope.Cast(decoder.Parameters["norm.weight"].Value, DType.F32).Span<float>().ToArray(),
            weight => Assert.Equal(1, weight));
    }

    [Fact]
    public void Of_NamesTheShapesThereAre() => Assert.Contains(
        "must be one of tiny, internlm2-1.8b, internlm2-7b, internlm2-20b",
        Assert.Throws<ArgumentException>(() => ModelShapes.Of("huge")).Message, StringComparison.Ordinal);

    [Fact]
    public void InternLm2Shape_HasTheParametersOfTheOriginal() =>
        Assert.Equal(1_889_110_016, ParameterTable.Of(ModelShapes.Of("internlm2-1.8b")).Elements);
}
