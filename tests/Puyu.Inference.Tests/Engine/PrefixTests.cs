using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;

namespace Puyu.Inference.Tests.Engine;

public class PrefixTests
{
    [Fact]
    public async Task CompleteAsync_TakesAPromptFromTheCache_TheSecondTime()
    {
        int[] prompt = TinyEngine.Prompt(1024);
        CompletionRequest request = TinyEngine.Request(prompt, tokens: 20);
        await using InferenceEngine uncached = TinyEngine.Create(TinyEngine.Options() with { CachesPrefixes = false });
        await using InferenceEngine engine = TinyEngine.Create();

        Completed expected = await uncached.CompleteAsync(request);
        Completed first = await engine.CompleteAsync(request);
        long steps = engine.Statistics.Steps;
        Completed second = await engine.CompleteAsync(request);

        Assert.Equal(0, first.Updates[0].CachedTokens);
        Assert.Equal(1023 / TinyEngine.BlockSize * TinyEngine.BlockSize, second.Updates[0].CachedTokens);
        Assert.Equal(1024, second.Updates[0].PromptTokens);
        Assert.Equal(expected.Ids, first.Ids);
        Assert.Equal(expected.Ids, second.Ids);
        Assert.Equal(20, engine.Statistics.Steps - steps);
        Assert.Equal(0, (await uncached.CompleteAsync(request)).Updates[0].CachedTokens);
    }

    [Fact]
    public async Task CompleteAsync_TakesTheCommonPart_WhereAPromptForks()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        int[] prompt = TinyEngine.Prompt(1024);
        await engine.CompleteAsync(TinyEngine.Request(prompt, tokens: 2));

        int[] fork = [.. prompt[..515], .. TinyEngine.Prompt(300, seed: 9)];
        Completed forked = await engine.CompleteAsync(TinyEngine.Request(fork, tokens: 2));

        Assert.Equal(512, forked.Updates[0].CachedTokens);
    }

    [Fact]
    public async Task CompleteAsync_GoesOnFromACompletion()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        int[] prompt = TinyEngine.Prompt(20);
        Completed first = await engine.CompleteAsync(TinyEngine.Request(prompt, tokens: 60));

        int[] next = [.. prompt, .. first.Ids, 1, 2, 3];
        Completed second = await engine.CompleteAsync(TinyEngine.Request(next, tokens: 2));

        // The last drawn token never went through the model.
        Assert.Equal(79 / TinyEngine.BlockSize * TinyEngine.BlockSize, second.Updates[0].CachedTokens);
    }

    [Fact]
    public async Task CompleteAsync_IsRight_WhenAllHashesCollide()
    {
        CompletionRequest[] requests = [.. Enumerable.Range(0, 12).Select(
            i => TinyEngine.Request([.. TinyEngine.Prompt(64), .. TinyEngine.Prompt(20 + i, i)], tokens: 6))];
        await using InferenceEngine colliding =
            TinyEngine.Create(TinyEngine.Options() with { Hash = (_, _) => 7, MaxBatch = 3 });
        await using InferenceEngine uncached = TinyEngine.Create(TinyEngine.Options() with { CachesPrefixes = false });
        foreach (CompletionRequest request in requests.Concat(requests))
        {
            Completed expected = await uncached.CompleteAsync(request);

            Assert.Equal(expected.Ids, (await colliding.CompleteAsync(request)).Ids);
        }

        Assert.True(colliding.Statistics.CachedTokens >= (12 * 64) + (11 * 64));
    }

    [Fact]
    public async Task CompleteAsync_SharesNothingBetweenTenants()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(100), tokens: 2);
        await engine.CompleteAsync(request with { Tenant = "a" });

        Completed other = await engine.CompleteAsync(request with { Tenant = "b" });
        Completed same = await engine.CompleteAsync(request with { Tenant = "a" });

        Assert.Equal(0, other.Updates[0].CachedTokens);
        Assert.Equal(96, same.Updates[0].CachedTokens);
        Assert.Equal(same.Ids, other.Ids);
    }

    [Fact]
    public async Task CompleteAsync_ComputesThePromptOfSeveralChoicesOnce()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(200), tokens: 40) with { Choices = 4 };
        int used = 0;
        var completed = new Completed(4);
        await foreach (CompletionUpdate update in engine.CompleteAsync(request, CancellationToken.None))
        {
            completed.Add(update);
            used = Math.Max(used, engine.Statistics.UsedBlocks);
        }

        // 12 full blocks are shared; each choice then has the end of the prompt and its own 40 tokens.
        Assert.InRange(used, 12 + 4, 12 + (4 * 4));
        Assert.Equal(200, engine.Statistics.PromptTokens);
        Assert.Equal(4, completed.Text.Distinct().Count());
        Assert.Equal(Enumerable.Range(0, 4), completed.Updates.Take(4).Select(update => update.Choice));
        Assert.All(completed.Reasons, reason => Assert.Equal(FinishReason.Length, reason));
        Assert.Equal(
            (await engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(200), tokens: 40))).Ids, completed.Ids);
        Assert.Equal(0, engine.Statistics.UsedBlocks);
    }

    [Fact]
    public async Task CompleteAsync_OfMoreChoicesThanTheBatchHolds_IsTheSame()
    {
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(50), tokens: 20) with { Choices = 5 };
        await using InferenceEngine wide = TinyEngine.Create();
        await using InferenceEngine narrow = TinyEngine.Create(TinyEngine.Options(blocks: 12) with { MaxBatch = 2 });

        Completed expected = await wide.CompleteAsync(request);
        Completed actual = await narrow.CompleteAsync(request);

        Assert.Equal(expected.TokenIds, actual.TokenIds);
    }
}
