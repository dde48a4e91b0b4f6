using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Tests.Engine;

public class LifecycleTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task SleepAsync_GivesMemoryBack_UntilWakeAsync(int level)
    {
        Backend? backend = null;
        var model = new EngineModel("tiny", Load, TinyModel.Tokenizer, chatTemplate: null);
        await using var engine = new InferenceEngine(model, TinyEngine.Options(2000), TimeProvider.System);
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(50), tokens: 20);
        Completed before = await engine.CompleteAsync(request);
        long reserved = backend!.Memory.ReservedBytes;

        await engine.SleepAsync(level, CancellationToken.None);

        EngineException exception = await Assert.ThrowsAsync<EngineException>(() => engine.CompleteAsync(request));
        Assert.Equal(EngineErrorCode.Sleeping, exception.Code);
        await Assert.ThrowsAsync<EngineException>(() => engine.EmbedAsync([1], CancellationToken.None));
        Assert.True(engine.IsSleeping);
        Assert.InRange(backend.Memory.ReservedBytes, 0, reserved / 10);

        await engine.WakeAsync(CancellationToken.None);

        Completed after = await engine.CompleteAsync(request);
        Assert.Equal(before.Ids, after.Ids);
        Assert.False(engine.IsSleeping);

        Decoder Load(Backend where)
        {
            backend = where;
            Decoder decoder = Decoder.Create(TinyEngine.Config, where);
            decoder.Initialize(seed: 1);
            return decoder;
        }
    }

    [Fact]
    public async Task SleepAsync_EndsWhatRuns()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        var completed = new Completed(1);
        await foreach (CompletionUpdate update in engine.CompleteAsync(
            TinyEngine.Request(TinyEngine.Prompt(5), tokens: 2000), CancellationToken.None))
        {
            completed.Add(update);
            if (completed.Ids.Count == 5)
            {
                await engine.SleepAsync(1, CancellationToken.None);
            }
        }

        Assert.Equal(FinishReason.Aborted, completed.Reasons[0]);
        await Assert.ThrowsAsync<EngineException>(() => engine.SleepAsync(3, CancellationToken.None));
    }

    [Fact]
    public async Task Abort_EndsTheRequestsOfASession_OrAll()
    {
        await using InferenceEngine engine = TinyEngine.Create(TinyEngine.Options() with { UpdateBuffer = 2 });
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(5), tokens: 2000);
        Task<Completed>[] all = [.. ((string?[])["a", "b", null]).Select(
            id => engine.CompleteAsync(request with { SessionId = id, Choices = id is null ? 3 : 1 }))];

        // Requests are handed to the engine before CompleteAsync first waits.
        Assert.Equal(1, engine.Abort("a"));
        Assert.Equal(FinishReason.Aborted, (await all[0]).Reasons[0]);
        Assert.Equal(2, engine.Abort(null));
        Assert.All(await Task.WhenAll(all), completed => Assert.All(
            completed.Reasons, reason => Assert.Equal(FinishReason.Aborted, reason)));
        Assert.Equal(0, engine.Statistics.UsedBlocks);
    }

    [Fact]
    public async Task Session_GoesOnFromItsHistory()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        int[] first = TinyEngine.Prompt(20);
        int[] second = TinyEngine.Prompt(7, seed: 3);
        CompletionRequest request = TinyEngine.Request(first, tokens: 30) with { SessionId = "s" };

        Completed one = await engine.CompleteAsync(request);
        Completed two = await engine.CompleteAsync(request with { Prompt = new Prompt.OfTokens(second) });

        int[] whole = [.. first, .. one.Ids, .. second];
        Completed expected = await engine.CompleteAsync(TinyEngine.Request(whole, tokens: 30));
        Assert.Equal(expected.Ids, two.Ids);
        Assert.Equal(whole.Length, two.Updates[0].PromptTokens);
        Assert.Equal(48, two.Updates[0].CachedTokens);

        Assert.True(engine.EndSession("s"));
        Assert.False(engine.EndSession("s"));
        Completed anew = await engine.CompleteAsync(request);
        Assert.Equal(20, anew.Updates[0].PromptTokens);
    }

    [Fact]
    public async Task Session_IsBusy_WhileItCompletes()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(5), tokens: 500) with { SessionId = "s" };
        Task<Completed> first = engine.CompleteAsync(request);

        EngineException exception = await Assert.ThrowsAsync<EngineException>(() => engine.CompleteAsync(request));

        Assert.Equal(EngineErrorCode.SessionBusy, exception.Code);
        Assert.Equal(500, (await first).Ids.Count);
    }

    [Fact]
    public async Task Session_IsFree_AsSoonAsItsLastUpdateIsRead()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(1), tokens: 1) with { SessionId = "s" };

        for (int turn = 0; turn < 500; turn++)
        {
            await foreach (CompletionUpdate update in engine.CompleteAsync(request, CancellationToken.None))
            {
                Assert.Equal((2 * turn) + 1, update.PromptTokens);
            }
        }
    }

    [Fact]
    public async Task EndSession_ForgetsWhatIsCachedOfIt_ButNotWhatOthersShare()
    {
        await using InferenceEngine engine = TinyEngine.Create();
        int[] common = TinyEngine.Prompt(64);
        await engine.CompleteAsync(TinyEngine.Request([.. common, .. TinyEngine.Prompt(40, 5)], tokens: 1));
        int shared = engine.Statistics.CachedBlocks;
        CompletionRequest request = TinyEngine.Request([.. common, .. TinyEngine.Prompt(80, 6)], tokens: 1);
        await engine.CompleteAsync(request with { SessionId = "s" });
        Assert.True(engine.Statistics.CachedBlocks > shared);

        engine.EndSession("s");
        engine.Abort("s");

        Assert.Equal(shared, engine.Statistics.CachedBlocks);
    }

    [Fact]
    public async Task DisposeAsync_EndsReaders()
    {
        InferenceEngine engine = TinyEngine.Create();
        Task<Completed> running = engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(5), tokens: 2000));

        await engine.DisposeAsync();

        Assert.Equal(FinishReason.Aborted, (await running).Reasons[0]);
        await Assert.ThrowsAsync<ObjectDisposedException>(
            () => engine.CompleteAsync(TinyEngine.Request([1], tokens: 1)));
        await engine.DisposeAsync();
    }
}
