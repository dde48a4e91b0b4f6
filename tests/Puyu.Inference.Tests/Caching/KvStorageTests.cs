using Puyu.Inference.Caching;
using Puyu.Inference.Tests.Support;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Tests.Caching;

public sealed class KvStorageTests : IDisposable
{
    private static readonly int[] _prompt = [7, 8, 9, 100, 200, 3, 50];

    private readonly CpuBackend _backend = new(threads: 1);

    public void Dispose() => _backend.Dispose();

    [Fact]
    public void Logits_OfADecodeStep_AreThoseWithoutACache_WhateverElseIsInTheBatch()
    {
        using Decoder decoder = TinyModel.Create(_backend);
        using var storage = new KvStorage(TinyModel.Config, _backend, blocks: 4, blockSize: 32, KvFormat.F32);
        int[] other = [.. Enumerable.Range(0, 40)];
        List<int>[] blockTables = [[3], [0, 2]];
        using Scope scope = _backend.BeginScope();
        float[] expected = Row(scope, decoder, Input(scope, _prompt), row: _prompt.Length - 1);

        // All but the last token first, each sequence alone; then one decode step of both.
        Fill(other[..^1], blockTables[1]);
        Fill(_prompt[..^1], blockTables[0]);
        DecoderInput step = DecoderInput.From(
            scope, [_prompt[^1], other[^1]], [_prompt.Length - 1, other.Length - 1], [0, 1, 2]);
        KvCacheView view = storage.View(scope, blockTables, [_prompt.Length, other.Length]);
        float[] actual = Row(scope, decoder, step with { Cache = view }, row: 0);

        Assert.Equal(expected, actual);

        void Fill(int[] tokenIds, List<int> blocks) => decoder.Forward(
            scope, Input(scope, tokenIds) with { Cache = storage.View(scope, [blocks], [tokenIds.Length]) });
    }

    private static DecoderInput Input(Scope scope, int[] tokenIds) =>
        DecoderInput.From(scope, tokenIds, [.. Enumerable.Range(0, tokenIds.Length)], [0, tokenIds.Length]);

    private static float[] Row(Scope scope, Decoder decoder, DecoderInput input, int row) =>
        decoder.Logits(scope, scope.View(decoder.Forward(scope, input), [1, 32], row)).Span<float>().ToArray();
}
