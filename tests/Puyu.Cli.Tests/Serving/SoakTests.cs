using System.Net.Http.Json;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Cli.Tests.Support;
using Puyu.Inference.Engine;
using Puyu.Serving;

namespace Puyu.Cli.Tests.Serving;

public class SoakTests
{
    private const int Clients = 12;
    private static readonly TimeSpan _warmUp = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _duration = TimeSpan.FromSeconds(60);

    /// <summary>
    /// A small cache, so that sequences are preempted; lengths at random; a third of the clients leave early, some by
    /// breaking the connection.
    /// </summary>
    [Fact]
    public async Task Serve_AMinuteOfRandomRequests_LeaksNothing()
    {
        using var folder = new TemporaryFolder();
        Tool.Result made = Tool.Run("bench", "make-model", folder.File("tiny.gguf"), "--shape", "tiny");
        Assert.Equal(0, made.Status);
        var options = new EngineOptions { MaxBatch = 6, ContextLength = 512, CacheBytes = 1 << 20, QueueLimit = 64 };
        await using InferenceEngine engine = InferenceEngine.Load(
            folder.File("tiny.gguf"), options, TimeProvider.System);
        await using var server = new InferenceServer(engine, new ServerOptions { Port = 0 }, TimeProvider.System);
        await server.StartAsync(CancellationToken.None);
        using var client = new HttpClient { BaseAddress = server.Addresses[0] };
        int answered = 0;

        await LoadAsync(_warmUp);
        (long memory, int threads) before = Settled();
        await LoadAsync(_duration - _warmUp);
        (long memory, int threads) after = Settled();

        EngineStatistics statistics = engine.Statistics;
        Assert.Equal((0, 0, 0), (statistics.Running, statistics.Waiting, statistics.UsedBlocks));
        Assert.True(statistics.Preemptions > 0, "the cache was not small enough to matter");
        Assert.True(answered > 100, $"only {answered} requests were answered");
        Assert.InRange(after.memory - before.memory, long.MinValue, 4 << 20);
        Assert.InRange(after.threads, 0, before.threads + 4);

        async Task LoadAsync(TimeSpan duration)
        {
            DateTimeOffset end = TimeProvider.System.GetUtcNow() + duration;
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(number => Task.Run(async () =>
            {
                var random = new CounterRandom(seed: 5, stream: (ulong)(number + (int)duration.TotalSeconds * 100));
                while (TimeProvider.System.GetUtcNow() < end)
                {
                    if (await AskAsync(client, engine.Card, random.NextInt32(1 << 30)))
                    {
                        Interlocked.Increment(ref answered);
                    }
                }
            })));
            for (int i = 0; i < 200 && engine.Statistics.Running + engine.Statistics.Waiting > 0; i++)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <summary>Managed memory and threads once nothing is to be collected.</summary>
    private static (long Memory, int Threads) Settled() =>
        (GC.GetTotalMemory(forceFullCollection: true), ThreadPool.ThreadCount);

    /// <returns>Whether the answer was read to its end.</returns>
    private static async Task<bool> AskAsync(HttpClient client, EngineCard card, int draw)
    {
        var random = new CounterRandom((ulong)draw);
        bool leaves = random.NextInt32(3) == 0;
        using var patience = new CancellationTokenSource();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/completions")
        {
            Content = JsonContent.Create(new
            {
                model = card.Name,
                prompt = new string('e', 1 + random.NextInt32(200)),
                max_tokens = 1 + random.NextInt32(60),
                n = 1 + (random.NextInt32(8) / 7),
                seed = draw,
                ignore_eos = true,
                stream = true,
            }),
        };
        try
        {
            using HttpResponseMessage answer = await client.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            answer.EnsureSuccessStatusCode();
            if (leaves)
            {
                patience.CancelAfter(random.NextInt32(40));
            }

            await (await answer.Content.ReadAsStreamAsync(patience.Token)).CopyToAsync(Stream.Null, patience.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
