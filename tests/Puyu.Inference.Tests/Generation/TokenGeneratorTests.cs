using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Inference.Caching;
using Puyu.Inference.Generation;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Tests.Generation;

public sealed class TokenGeneratorTests : IDisposable
{
    private static readonly int[] _prompt = [7, 8, 9, 100, 200, 3, 50];

    private readonly CpuBackend _backend = new(threads: 1);

    public void Dispose() => _backend.Dispose();

    [DataTheory]
    [InlineData("internlm2-gqa", 512)]
    [InlineData("internlm2-gqa", 3)]
    [InlineData("internlm2-bf16", 512)]
    [InlineData("internlm2-dynamic-ntk", 512)]
    public void Generate_ContinuesAsTheOriginalCodeDoes(string model, int prefillTokens)
    {
        string folder = TestData.File("golden", model);
        JsonNode expected = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")))!;
        int[] prompt = [.. expected["prompt"]!.AsArray().Select(id => (int)id!)];
        int[] greedy = [.. expected["greedy"]!.AsArray().Select(id => (int)id!)];
        using Decoder decoder = Decoder.Load(folder, _backend);
        var generator = new TokenGenerator(
            decoder, Vocabularies.Nameless(decoder.Config.VocabSize), prefillTokens);

        IEnumerable<int> completion = generator.Generate(
            prompt, SamplingOptions.Greedy with { MaxTokens = greedy.Length }, [], CancellationToken.None);

        Assert.Equal(greedy, completion);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Generate_DoesNotDependOnHowThePromptIsCut(int prefillTokens)
    {
        using Decoder decoder = TinyModel.Create(_backend);
        var options = new SamplingOptions { MaxTokens = 30, Seed = 4 };

        var whole = new TokenGenerator(decoder, TinyModel.Vocabulary);
        var cut = new TokenGenerator(decoder, TinyModel.Vocabulary, prefillTokens);

        int[] expected = [.. whole.Generate(_prompt, options, [], CancellationToken.None)];
        int[] actual = [.. cut.Generate(_prompt, options, [], CancellationToken.None)];

        Assert.Equal(expected, actual);
        Assert.True(expected.Distinct().Count() > 5);
    }

    [Fact]
    public void Logits_OfADecodeStep_AreThoseOfAPrefill_WhateverElseIsInTheBatch()
    {
        using Decoder decoder = TinyModel.Create(_backend);
        using var cache = new KvCache(TinyModel.Config, _backend, tokens: 200);
        CachedSequence[] sequences = [new(), new()];
        int[] other = [.. Enumerable.Range(0, 40)];
        using Scope scope = _backend.BeginScope();
        float[] expected = Row(scope, decoder, Input(scope, _prompt, 0, [0, _prompt.Length]), row: _prompt.Length - 1);

        // All but the last token first, each sequence alone; then one decode step of both.
        Fill(sequences[1], other[..^1]);
        Fill(sequences[0], _prompt[..^1]);
        Assert.True(cache.TryExtend(sequences[0], 1) && cache.TryExtend(sequences[1], 1));
        DecoderInput step = DecoderInput.From(
            scope, [other[^1], _prompt[^1]], [other.Length - 1, _prompt.Length - 1], [0, 1, 2]);
        float[] actual = Row(
            scope, decoder, step with { Cache = cache.View(scope, [sequences[1], sequences[0]]) }, row: 1);

        Assert.Equal(expected, actual);

        void Fill(CachedSequence sequence, int[] tokenIds)
        {
            Assert.True(cache.TryExtend(sequence, tokenIds.Length));
            DecoderInput input = Input(scope, tokenIds, 0, [0, tokenIds.Length]);
            decoder.Forward(scope, input with { Cache = cache.View(scope, [sequence]) });
        }
    }

    [Fact]
    public void Generate_AllocatesNothingOnTheManagedHeap_AfterItsFirstTokens()
    {
        using Decoder decoder = TinyModel.Create(_backend);
        var options = new SamplingOptions { MaxTokens = 40, TopP = 0.9f, Seed = 4 };
        using IEnumerator<int> tokens = new TokenGenerator(decoder, TinyModel.Vocabulary)
            .Generate(_prompt, options, [279], CancellationToken.None).GetEnumerator();
        for (int i = 0; i < 30; i++)
        {
            Assert.True(tokens.MoveNext());
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        bool hasNext = tokens.MoveNext();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(hasNext);
    }

    [Fact]
    public void Generate_EndsBeforeAStopId()
    {
        using Decoder decoder = TinyModel.Create(_backend);
        var generator = new TokenGenerator(decoder, TinyModel.Vocabulary);
        var options = new SamplingOptions { MaxTokens = 30, Seed = 4 };
        int[] all = [.. generator.Generate(_prompt, options, [], CancellationToken.None)];

        int[] stopped = [.. generator.Generate(_prompt, options, [all[6]], CancellationToken.None)];

        Assert.Equal(all[..Array.IndexOf(all, all[6])], stopped);
    }

    [Fact]
    public void Generate_EndsWithTheContext()
    {
        using Decoder decoder = TinyModel.Create(_backend);
        var generator = new TokenGenerator(decoder, TinyModel.Vocabulary);

        Assert.Equal(64 - _prompt.Length, generator.Generate(_prompt, new(), [], CancellationToken.None).Count());
        Assert.Equal(
            "the prompt has 64 tokens but must have at least 1 and fewer than 64",
            Assert.Throws<ArgumentException>(
                () => generator.Generate(new int[64], new(), [], CancellationToken.None)).Message);
    }

    [Fact]
    public void Generate_FreesItsCache_WhenItIsAbandoned()
    {
        using Decoder decoder = TinyModel.Create(_backend);
        using var cancellation = new CancellationTokenSource();
        long before = _backend.Memory.LiveBytes;
        IEnumerable<int> tokens = new TokenGenerator(decoder, TinyModel.Vocabulary).Generate(_prompt, new(), [], cancellation.Token);

        Assert.Throws<OperationCanceledException>(() =>
        {
            foreach (int token in tokens)
            {
                cancellation.Cancel();
            }
        });

        // The table of rotations grows with the positions and stays.
        Assert.InRange(_backend.Memory.LiveBytes - before, 0, 64 * 4 * 2 * sizeof(float));
    }

    private static DecoderInput Input(Scope scope, int[] tokenIds, int firstPosition, int[] cuSeqLens) =>
        DecoderInput.From(scope, tokenIds, [.. Enumerable.Range(firstPosition, tokenIds.Length)], cuSeqLens);

    private static float[] Row(Scope scope, Decoder decoder, DecoderInput input, int row) =>
        decoder.Logits(scope, scope.View(decoder.Forward(scope, input), [1, 32], row)).Span<float>().ToArray();
}
