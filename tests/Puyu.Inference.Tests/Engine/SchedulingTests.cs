using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;

namespace Puyu.Inference.Tests.Engine;

public class SchedulingTests
{
    [Fact]
    public async Task CompleteAsync_RefusesAPromptLargerThanTheCache_AloneAndAtOnce()
    {
        await using InferenceEngine engine = TinyEngine.Create(TinyEngine.Options(blocks: 8));
        Task<Completed> other = engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(20), tokens: 30));

        EngineException exception = await Assert.ThrowsAsync<EngineException>(
            () => engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(128), tokens: 1)));

        Assert.Equal(EngineErrorCode.ContextLengthExceeded, exception.Code);
        Assert.Contains("128 tokens but must have fewer than 128", exception.Message, StringComparison.Ordinal);
        Assert.Equal(30, (await other).Ids.Count);
    }

    [Fact]
    public async Task CompleteAsync_EndsWithTheCache()
    {
        await using InferenceEngine engine = TinyEngine.Create(TinyEngine.Options(blocks: 4));

        Completed[] completed = await Task.WhenAll(Enumerable.Range(0, 3).Select(
            i => engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(10 + i, i), tokens: 500))));

        Assert.Equal([54, 53, 52], completed.Select(one => one.Ids.Count));
        Assert.All(completed, one => Assert.Equal(FinishReason.Length, one.Reasons[0]));
        Assert.True(engine.Statistics.Preemptions > 0);
    }

    [Fact]
    public async Task CompleteAsync_FreesBlocks_WhenReadersLeave()
    {
        await using InferenceEngine engine = TinyEngine.Create(TinyEngine.Options() with { MaxBatch = 16 });
        using var cancellation = new CancellationTokenSource();
        int started = 0;
        var allStarted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<Completed>[] all = [.. Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
        {
            var completed = new Completed(1);
            await foreach (CompletionUpdate update in engine.CompleteAsync(
                TinyEngine.Request(TinyEngine.Prompt(20, i), tokens: 300, seed: (ulong)i),
                i < 8 ? cancellation.Token : CancellationToken.None))
            {
                completed.Add(update);
                if (completed.Ids.Count != 3)
                {
                    continue;
                }

                if (Interlocked.Increment(ref started) == 16)
                {
                    allStarted.SetResult();
                }

                await allStarted.Task;
            }

            return completed;
        }))];
        await allStarted.Task;

        await cancellation.CancelAsync();
        Assert.Equal(0, engine.Abort("none"));

        Assert.InRange(engine.Statistics.Running, 0, 8);
        foreach (Task<Completed> cancelled in all[..8])
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        }

        Assert.All(await Task.WhenAll(all[8..]), completed => Assert.Equal(300, completed.Ids.Count));
        Assert.Equal(0, engine.Statistics.UsedBlocks);
    }

    [Fact]
    public async Task CompleteAsync_FreesBlocks_AfterManyAbandonedReadings()
    {
        await using InferenceEngine engine = TinyEngine.Create(TinyEngine.Options(blocks: 40));
        for (int i = 0; i < 500; i++)
        {
            await foreach (CompletionUpdate update in engine.CompleteAsync(
                TinyEngine.Request(TinyEngine.Prompt(5 + (i % 40), i % 7), tokens: 100), CancellationToken.None))
            {
                break;
            }
        }

        Assert.Equal(0, engine.Abort("none"));
        Assert.Equal((0, 0, 0), Load(engine));
    }

    [Fact]
    public async Task CompleteAsync_PausesWhomNobodyReads_AndServesTheOthers()
    {
        EngineOptions options = TinyEngine.Options() with { UpdateBuffer = 4, MaxBatch = 1 };
        await using InferenceEngine engine = TinyEngine.Create(options);
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(20), tokens: 100);
        Completed expected = await engine.CompleteAsync(request);
        var slow = new Completed(1);

        await foreach (CompletionUpdate update in engine.CompleteAsync(request, CancellationToken.None))
        {
            slow.Add(update);
            if (slow.Ids.Count == 10)
            {
                // The only slot is given up for another while nobody reads here.
                Completed other = await engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(20, 3), tokens: 50));
                Assert.Equal(50, other.Ids.Count);
                Assert.InRange(engine.Statistics.CompletionTokens, 100 + 50 + 10, 100 + 50 + 10 + 5);
            }
        }

        Assert.Equal(expected.Ids, slow.Ids);
    }

    [Fact]
    public async Task CompleteAsync_RefusesMoreThanMayWait()
    {
        EngineOptions options = TinyEngine.Options() with { QueueLimit = 2, MaxBatch = 1, UpdateBuffer = 2000 };
        await using InferenceEngine engine = TinyEngine.Create(options);
        CompletionRequest request = TinyEngine.Request(TinyEngine.Prompt(5), tokens: 200);

        // Keeps the only slot for longer than twenty requests take to arrive, however slow the machine is.
        IAsyncEnumerator<CompletionUpdate> longest =
            engine.CompleteAsync(request with { Sampling = request.Sampling with { MaxTokens = 2000 } }, default)
                .GetAsyncEnumerator();
        Assert.True(await longest.MoveNextAsync());
        while (engine.Statistics.Running == 0)
        {
            await Task.Delay(1);
        }

        Task<Completed>[] all = [.. Enumerable.Range(0, 20).Select(_ => engine.CompleteAsync(request))];
        await longest.DisposeAsync();

        int refused = 0;
        foreach (Task<Completed> one in all)
        {
            try
            {
                await one;
            }
            catch (EngineException exception)
            {
                Assert.Equal(EngineErrorCode.Overloaded, exception.Code);
                refused++;
            }
        }

        Assert.Equal(18, refused);
        Assert.Equal(200, (await engine.CompleteAsync(request)).Ids.Count);
    }

    [Fact]
    public async Task CompleteAsync_ServesHigherClassesFirst()
    {
        EngineOptions options = TinyEngine.Options() with { MaxBatch = 1, UpdateBuffer = 2000 };
        await using InferenceEngine engine = TinyEngine.Create(options);
        var order = new List<int>();
        Task others = Task.CompletedTask;
        await foreach (CompletionUpdate first in engine.CompleteAsync(
            TinyEngine.Request(TinyEngine.Prompt(5), tokens: 1500) with { Priority = 9 }, CancellationToken.None))
        {
            if (first.FinishReason is not null || order.Count > 0)
            {
                continue;
            }

            order.Add(9);
            others = Task.WhenAll(((int[])[1, 3, 2]).Select(async priority =>
            {
                await engine.CompleteAsync(TinyEngine.Request(TinyEngine.Prompt(5), 300) with { Priority = priority });
                lock (order)
                {
                    order.Add(priority);
                }
            }));
        }

        await others;
        Assert.Equal([9, 3, 2, 1], order);
    }

    [Fact]
    public async Task CompleteAsync_SurvivesASoak()
    {
        EngineOptions options = TinyEngine.Options(blocks: 24) with
        {
            MaxBatch = 6,
            TokensPerStep = 32,
            QueueLimit = 1000,
        };
        await using InferenceEngine engine = TinyEngine.Create(options);
        var random = new CounterRandom(seed: 5);
        List<Task<int>> all = [];
        for (int i = 0; i < 200; i++)
        {
            CompletionRequest request = TinyEngine.Request(
                TinyEngine.Prompt(1 + random.NextInt32(200), random.NextInt32(5)), 1 + random.NextInt32(60), (ulong)i);
            request = request with { Priority = random.NextInt32(3), Choices = 1 + random.NextInt32(3) };
            int leavesAfter = random.NextInt32(4) == 0 ? random.NextInt32(30) : int.MaxValue;
            all.Add(Task.Run(() => ReadAsync(engine, request, leavesAfter)));
            if (i % 16 == 15)
            {
                await Task.WhenAny(all);
            }
        }

        int[] read = await Task.WhenAll(all).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.Equal(0, engine.Abort("none"));
        Assert.Equal((0, 0, 0), Load(engine));
        Assert.True(read.Sum() > 2000);
        Assert.True(engine.Statistics.Preemptions > 0);
    }

    private static (int Running, int Waiting, int Used) Load(InferenceEngine engine) =>
        (engine.Statistics.Running, engine.Statistics.Waiting, engine.Statistics.UsedBlocks);

    private static async Task<int> ReadAsync(InferenceEngine engine, CompletionRequest request, int leavesAfter)
    {
        int read = 0;
        await foreach (CompletionUpdate update in engine.CompleteAsync(request, CancellationToken.None))
        {
            read += update.TokenIds.Count;
            if (read > leavesAfter)
            {
                break;
            }
        }

        return read;
    }
}
