using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Inference.Tests.Adapters;

public class PackedLoraTests
{
    private static readonly ModelConfig _config = TinyEngine.Config with { HiddenSize = 64, IntermediateSize = 128 };

    [Fact]
    public async Task CompleteAsync_OfThePackedModelItself_DoesNotDependOnAdaptersInTheBatch()
    {
        using var folder = new TemporaryFolder();
        var model = new EngineModel("packed", Load, TinyModel.Tokenizer, chatTemplate: null);
        await using var engine = new InferenceEngine(model, TinyEngine.Options(), TimeProvider.System);
        await engine.LoadAdapterAsync("a", TinyAdapter.Write(folder, "a", _config, seed: 1), CancellationToken.None);
        CompletionRequest[] requests = [.. Enumerable.Range(0, 8).Select(
            i => TinyEngine.Request(TinyEngine.Prompt(20 + i, i), tokens: 20) with
            {
                Adapter = i % 2 == 0 ? null : "a",
                TopLogProbabilities = 0,
            })];
        List<Completed> alone = [];
        foreach (CompletionRequest request in requests)
        {
            alone.Add(await engine.CompleteAsync(request));
        }

        Completed[] together = await Task.WhenAll(requests.Select(request => engine.CompleteAsync(request)));

        Assert.Equal(alone.Select(completed => completed.Ids), together.Select(completed => completed.Ids));
        Assert.Equal(alone.SelectMany(Scores), together.SelectMany(Scores));
        Assert.Equal("int4, groups of 32", engine.Card.Weights);
    }

    private static IEnumerable<float> Scores(Completed completed) =>
        completed.Scores[0].Select(score => score.LogProbability);

    private static Decoder Load(Backend backend)
    {
        using Decoder floats = Decoder.Create(_config, backend);
        floats.Initialize(seed: 1);
        return Decoder.Create(_config, backend, (scope, parameter) =>
        {
            Tensor value = floats.Parameters[parameter.Name].Value;
            if (parameter.Group == ParameterGroup.Matrix)
            {
                parameter.Attach(PackedMatrix.Pack(QuantizedWeights.Round(
                    value.Span<float>(), parameter.Shape[0], parameter.Shape[1], new QuantScheme { GroupSize = 32 })));
            }
            else
            {
                Tensor copy = scope.Empty(value.Shape);
                scope.Copy(value, copy);
                parameter.Attach(copy);
            }
        });
    }
}
