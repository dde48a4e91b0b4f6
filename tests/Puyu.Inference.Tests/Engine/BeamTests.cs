using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Sampling;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Tests.Engine;

public class BeamTests
{
    [Theory]
    [InlineData(200, 16)]
    [InlineData(8, 2)]
    public async Task CompleteAsync_FindsTheBeams_OfASearchThatComputesEachFromTheBeginning(int blocks, int batch)
    {
        int[] prompt = TinyEngine.Prompt(40);
        EngineOptions options = TinyEngine.Options(blocks) with { MaxBatch = batch };
        await using InferenceEngine engine = TinyEngine.Create(options);
        CompletionRequest request = TinyEngine.Request(prompt, tokens: 12) with
        {
            Choices = 3,
            Sampling = new SamplingOptions { MaxTokens = 12, Beams = 4, IgnoresEndOfText = true },
        };
        Task<Completed> other = engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(30, 2), tokens: 30));

        Completed completed = await engine.CompleteAsync(request);

        Assert.Equal(Search(prompt, beams: 4, tokens: 12).Take(3), completed.TokenIds.Select(ids => ids.ToArray()));
        Assert.All(completed.Reasons, reason => Assert.Equal(FinishReason.Length, reason));
        Assert.Equal(30, (await other).Ids.Count);
        Assert.Equal(0, engine.Statistics.UsedBlocks);
    }

    [Fact]
    public async Task CompleteAsync_OfBeams_CanBeAborted()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        Task<Completed> running = engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(5), tokens: 2000) with
        {
            Choices = 2,
            Sampling = new SamplingOptions { MaxTokens = 2000, Beams = 4, IgnoresEndOfText = true },
        });

        Assert.Equal(1, engine.Abort(null));

        Assert.All((await running).Reasons, reason => Assert.Equal(FinishReason.Aborted, reason));
        Assert.Equal(0, engine.Statistics.UsedBlocks);
    }

    private static IEnumerable<int[]> Search(int[] prompt, int beams, int tokens)
    {
        using var backend = new CpuBackend(1);
        using Decoder decoder = Decoder.Create(TinyEngine.Config, backend);
        decoder.Initialize(seed: 1);
        var search = new BeamSearch(beams, [], tokens);
        AddLogits(search, decoder, 0, prompt);
        while (search.Advance().Length > 0)
        {
            for (int beam = 0; beam < search.Live.Count; beam++)
            {
                AddLogits(search, decoder, beam, [.. prompt, .. search.Live[beam].TokenIds()]);
            }
        }

        return search.Best().Select(beam => beam.TokenIds());
    }

    private static void AddLogits(BeamSearch search, Decoder decoder, int beam, int[] ids)
    {
        using Scope scope = decoder.Backend.BeginScope();
        DecoderInput input = DecoderInput.From(scope, ids, [.. Enumerable.Range(0, ids.Length)], [0, ids.Length]);
        Tensor hidden = decoder.Forward(scope, input);
        Tensor last = scope.View(hidden, [1, hidden.Shape[1]], ids.Length - 1);
        search.Add(beam, decoder.Logits(scope, last).Span<float>()[..TinyModel.Tokenizer.VocabSize]);
    }
}
