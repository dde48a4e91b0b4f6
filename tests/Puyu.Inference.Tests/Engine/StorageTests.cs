using Puyu.Abstractions.Engine;
using Puyu.Inference.Caching;
using Puyu.Inference.Engine;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Tests.Engine;

public class StorageTests
{
    [Theory]
    [InlineData(KvFormat.BF16)]
    [InlineData(KvFormat.Int8)]
    [InlineData(KvFormat.Int4)]
    public async Task CompleteAsync_GivesTheSameInABatch_WhateverTheCacheFormat(KvFormat format)
    {
        ModelConfig config = TinyEngine.Config with { HeadDim = 16 };
        long block = KvStorage.BlockBytes(config, TinyEngine.BlockSize, format);
        EngineOptions options = TinyEngine.Options() with { CacheFormat = format, CacheBytes = 24 * block };
        await using InferenceEngine engine = TinyEngine.Create(options, config);
        await using InferenceEngine uncached = TinyEngine.Create(
            options with { CacheBytes = 400 * block, CachesPrefixes = false, MaxBatch = 1, TokensPerStep = 16 }, config);
        CompletionRequest[] requests = [.. Enumerable.Range(0, 8).Select(
            i => TinyEngine.Request(TinyEngine.Prompt(20 + (i % 4)), tokens: 60, seed: (ulong)i))];

        Completed[] together = await Task.WhenAll(requests.Select(request => engine.CompleteAsync(request)));
        Completed[] alone = await Task.WhenAll(requests.Select(request => uncached.CompleteAsync(request)));

        Assert.Equal(alone.Select(completed => completed.Ids), together.Select(completed => completed.Ids));
        Assert.True(engine.Statistics.Preemptions > 0);
        Assert.Equal(24, engine.Statistics.Blocks);
        Assert.Equal(format.ToString().ToLowerInvariant(), engine.Card.Cache);
    }

    [Fact]
    public void BlockBytes_ShrinkWithTheFormat()
    {
        ModelConfig config = TinyEngine.Config with { HeadDim = 128 };
        long half = KvStorage.BlockBytes(config, 16, KvFormat.BF16);

        Assert.Equal(2 * half, KvStorage.BlockBytes(config, 16, KvFormat.F32));
        Assert.InRange((double)KvStorage.BlockBytes(config, 16, KvFormat.Int8) / half, 0.5, (256 + 8.0) / 512);
        Assert.InRange((double)KvStorage.BlockBytes(config, 16, KvFormat.Int4) / half, 0.25, (128 + 8.0) / 512);
    }

    [Fact]
    public async Task Prefixes_OutliveTheEngine_InAFolder()
    {
        using var folder = new TemporaryFolder();
        EngineOptions options = TinyEngine.Options() with { PrefixFolder = folder.File("cache") };
        CompletionRequest[] requests =
        [
            TinyEngine.Request(TinyEngine.Prompt(100), tokens: 20),
            TinyEngine.Request([.. TinyEngine.Prompt(64), .. TinyEngine.Prompt(50, 3)], tokens: 20),
        ];
        Completed[] before;
        await using (InferenceEngine engine = TinyEngine.Create(options))
        {
            before = [await engine.CompleteAsync(requests[0]), await engine.CompleteAsync(requests[1])];
        }

        await using (InferenceEngine engine = TinyEngine.Create(options))
        {
            Completed[] after = [await engine.CompleteAsync(requests[0]), await engine.CompleteAsync(requests[1])];

            Assert.Equal([96, 112], after.Select(completed => completed.Updates[0].CachedTokens));
            Assert.Equal(before.Select(completed => completed.Ids), after.Select(completed => completed.Ids));
            await engine.SleepAsync(2, CancellationToken.None);
            await engine.WakeAsync(CancellationToken.None);
            Assert.Equal(96, (await engine.CompleteAsync(requests[0])).Updates[0].CachedTokens);
        }

        // Another model, a smaller cache, a damaged file.
        await using (InferenceEngine engine = TinyEngine.Create(options, TinyEngine.Config with { RmsNormEpsilon = 1e-3f }))
        {
            Assert.Equal(0, engine.Statistics.CachedBlocks);
            await engine.CompleteAsync(requests[0]);
        }

        await using (InferenceEngine engine = TinyEngine.Create(
            options with { CacheBytes = TinyEngine.Bytes(4) }, TinyEngine.Config with { RmsNormEpsilon = 1e-3f }))
        {
            Assert.Equal(4, engine.Statistics.CachedBlocks);
        }

        string file = Directory.GetFiles(folder.File("cache")).Single();
        byte[] bytes = File.ReadAllBytes(file);
        bytes[bytes.Length / 2] ^= 1;
        File.WriteAllBytes(file, bytes);
        await using (InferenceEngine engine = TinyEngine.Create(
            options, TinyEngine.Config with { RmsNormEpsilon = 1e-3f }))
        {
            Assert.Equal(0, engine.Statistics.CachedBlocks);
        }
    }
}
