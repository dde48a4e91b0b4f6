using System.Runtime.Intrinsics;
using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class PagedAttentionTests
{
    private const int Length = 150;

    private static readonly QkvLayout _layout = new(6, 2, 32, QkvOrder.GroupInterleaved);

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Prefill_GivesTheBitsOfAttention(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        float[] x = Numbers.Uniform(Length * _layout.Width, seed: 1);
        Tensor qkv = scope.From<float>(x, [Length, _layout.Width]);
        float[] expected = scope.Attention(qkv, scope.From([0, Length], [2]), _layout).Span<float>().ToArray();

        float[] actual = Run(backend, KvFormat.F32, blockSize: 16, x, [Length]);

        Assert.Equal(expected, actual);
    }

    [Theory]
    [InlineData("cpu-1", KvFormat.F32, 16, 3, 32)]
    [InlineData("cpu-3", KvFormat.F32, 5, 1, 32)]
    [InlineData("cpu-1", KvFormat.BF16, 64, 20, 80)]
    [InlineData("cpu-1", KvFormat.F32, 64, 1, 80)]
    [InlineData("cpu-1", KvFormat.F32, 16, 40, 16)]
    [InlineData("cpu-3", KvFormat.BF16, 7, 2, 30)]
    [InlineData("cpu-1", KvFormat.Int8, 32, 2, 64)]
    [InlineData("cpu-3", KvFormat.Int8, 16, 1, 96)]
    [InlineData("cpu-3", KvFormat.Int8, 48, 7, 80)]
    [InlineData("cpu-1", KvFormat.Int4, 32, 4, 128)]
    [InlineData("cpu-3", KvFormat.Int4, 16, 3, 256)]
    [InlineData("cpu-1", KvFormat.BF16, 128, 6, 48)]
    [InlineData("reference", KvFormat.F32, 16, 2, 8)]
    [InlineData("reference", KvFormat.Int4, 16, 2, 16)]
    public void Decode_GivesTheBitsOfPrefill_HoweverItIsCutIntoChunks(
        string name, KvFormat storage, int blockSize, int group, int headDim)
    {
        QkvLayout layout = new(2 * group, 2, headDim, QkvOrder.GroupInterleaved);
        int length = name == "reference" ? 20 : Length;
        using Backend backend = AllBackends.Create(name);
        float[] x = Numbers.Uniform(length * layout.Width, seed: 1);

        float[] whole = Run(backend, storage, blockSize, x, [length], layout);
        float[] chunks = Run(backend, storage, blockSize, x, [7, 1, 0, length - 10, 2], layout);
        float[] tokens = Run(backend, storage, blockSize, x, [.. Enumerable.Repeat(1, length)], layout);

        Assert.Equal(whole, chunks);
        Assert.Equal(whole, tokens);
    }

    [Theory]
    [InlineData("cpu-1", KvFormat.F32, 16, 1, 16)]
    [InlineData("cpu-3", KvFormat.BF16, 32, 2, 48)]
    [InlineData("cpu-1", KvFormat.Int8, 32, 2, 32)]
    [InlineData("cpu-3", KvFormat.Int4, 64, 7, 16)]
    public void Decode_GivesTheBitsOfPrefill_WhereContextsHaveSeveralParts(
        string name, KvFormat storage, int blockSize, int group, int headDim)
    {
        // Without vectors a hundred times slower: there rows around one boundary must do.
        const int Part = AttentionTiles.PartKeys;
        (int parts, int stored) = Vector128.IsHardwareAccelerated ? (2, 0) : (1, Part - 10);
        int length = (parts * Part) + 70;
        QkvLayout layout = new(2 * group, 2, headDim, QkvOrder.Blocks);
        using Backend backend = AllBackends.Create(name);
        float[] x = Numbers.Uniform(length * layout.Width, seed: 1);

        List<int> steps = [Part - 2 - stored, 1, 1, 1, 1, 2, 3];
        if (parts == 2)
        {
            steps.AddRange([Part - 10, 1, 1, 1, 1, 2, 3, 4, 10, 1, 1]);
        }

        steps.Add(length - stored - steps.Sum());

        float[] whole = Run(backend, storage, blockSize, x, [length - stored], layout, stored);
        float[] chunks = Run(backend, storage, blockSize, x, [.. steps], layout, stored);

        Assert.Equal(whole, chunks);
    }

    [Theory]
    [InlineData(KvFormat.F32)]
    [InlineData(KvFormat.BF16)]
    [InlineData(KvFormat.Int8)]
    [InlineData(KvFormat.Int4)]
    public void Step_GivesTheBitsOfEachSequenceAlone_WhateverTheBatchAndThreads(KvFormat storage)
    {
        int[] lengths = [1, 1500, 33, 64, 1024, 1025];
        int[] newRows = [1, 1, 1, 16, 1, 7];
        float[][] alone = [.. lengths.Select((length, s) => Step(storage, threads: 1, [length], [newRows[s]], seed: s))];

        float[] batch = Step(storage, threads: 1, lengths, newRows, seed: 0);
        float[] threads = Step(storage, threads: 2, lengths, newRows, seed: 0);

        Assert.Equal(alone.SelectMany(y => y), batch);
        Assert.Equal(batch, threads);
    }

    [Theory]
    [InlineData(KvFormat.F32, 16, 32)]
    [InlineData(KvFormat.BF16, 5, 30)]
    [InlineData(KvFormat.Int8, 32, 80)]
    [InlineData(KvFormat.Int4, 16, 64)]
    public void Forward_MatchesReference(KvFormat storage, int blockSize, int headDim)
    {
        QkvLayout layout = new(6, 2, headDim, QkvOrder.Blocks);
        float[] x = Numbers.Uniform(100 * layout.Width, seed: 1);

        float[] expected = Run(new ReferenceBackend(), storage, blockSize, x, [60, 40], layout);
        float[] actual = Run(new CpuBackend(threads: 1), storage, blockSize, x, [60, 40], layout);

        // As in AttentionTests: an error of a score is a relative error of its probability; sums over 100 keys.
        double tolerance = 4 * ((Numbers.Gamma(headDim + 4) * Math.Sqrt(headDim)) + Numbers.Gamma(108));
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Sequences_DoNotDependOnTheirNeighbours(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        float[] alone = Run(backend, KvFormat.F32, blockSize: 4, Row(1), [1]);
        KvBlocks cache = Cache(scope, KvFormat.F32, blocks: 12, blockSize: 4, _layout);

        // Three sequences of 1, 9 and 1 new rows whose blocks lie across each other.
        Tensor y = scope.PagedAttention(
            scope.From<float>([.. Row(1), .. Enumerable.Range(2, 9).SelectMany(Row), .. Row(1)], [11, _layout.Width]),
            cache,
            new PagedSequences(
                scope.From([0, 1, 10, 11], [4]),
                scope.From([7, 0, 0, 3, 9, 1, 5, -1, 99], [3, 3]), scope.From([1, 9, 1], [3])),
            _layout);

        int width = _layout.Heads * _layout.HeadDim;
        Assert.Equal(alone, y.Span<float>()[..width].ToArray());
        Assert.Equal(alone, y.Span<float>()[(10 * width)..].ToArray());

        static float[] Row(int seed) => Numbers.Uniform(_layout.Width, (ulong)seed);
    }

    [Fact]
    public void Decode_AllocatesNothing_AfterTheFirst()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        KvBlocks cache = Cache(scope, KvFormat.BF16, blocks: 4, blockSize: 16, _layout);
        Tensor qkv = scope.Zeros([1, _layout.Width]);
        var sequences = new PagedSequences(
            scope.From([0, 1], [2]), scope.From([0, 1, 2, 3], [1, 4]), scope.From([60], [1]));
        Decode();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Decode();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Decode()
        {
            using Scope step = scope.Begin();
            step.PagedAttention(qkv, cache, sequences, _layout);
        }
    }

    [Fact]
    public void Prefill_OfChunksAndOneToken_TakesMemoryInProportionToTheContext()
    {
        // Without vectors a quarter of the length takes as long as all of it.
        int shift = Vector128.IsHardwareAccelerated ? 0 : 2;
        long[] bytes = [.. Enumerable.Range(10 - shift, 4).Select(power => ReservedBytes(1 << power, 256 >> shift))];

        // The pool rounds up by at most an eighth.
        Assert.All(bytes.Skip(1).Zip(bytes), pair => Assert.InRange(pair.First, pair.Second, 2.25 * pair.Second));

        static long ReservedBytes(int length, int chunk)
        {
            const int BlockSize = 16;
            var layout = new QkvLayout(2, 1, 16, QkvOrder.Blocks);
            using var backend = new CpuBackend(threads: 1);
            using Scope scope = backend.BeginScope();
            int blocks = (length / BlockSize) + 1;
            KvBlocks cache = Cache(scope, KvFormat.Int8, blocks, BlockSize, layout);
            Tensor table = scope.From<int>([.. Enumerable.Range(0, blocks)], [1, blocks]);
            for (int end = chunk; end <= length; end += chunk)
            {
                Attend(chunk, end);
            }

            Attend(1, length + 1);
            return backend.Memory.ReservedBytes;

            void Attend(int rows, int end)
            {
                using Scope step = scope.Begin();
                var sequences = new PagedSequences(step.From([0, rows], [2]), table, step.From([end], [1]));
                step.PagedAttention(step.Zeros([rows, layout.Width]), cache, sequences, layout);
            }
        }
    }

    [Theory]
    [InlineData(0, 1, "contextLengths[0] is 0 but must be between the 1 new rows and the 8 positions of its block table")]
    [InlineData(9, 1, "contextLengths[0] is 9 but must be between the 1 new rows and the 8 positions of its block table")]
    [InlineData(8, 3, "blockTables[0, 1] is 3 but the cache has blocks 0 to 2")]
    [InlineData(8, -1, "blockTables[0, 1] is -1 but the cache has blocks 0 to 2")]
    public void PagedAttention_NamesTheLengthOrBlockAtFault(int length, int block, string message)
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        KvBlocks cache = Cache(scope, KvFormat.F32, blocks: 3, blockSize: 4, _layout);
        var sequences = new PagedSequences(
            scope.From([0, 1], [2]), scope.From([0, block], [1, 2]), scope.From([length], [1]));

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => scope.PagedAttention(scope.Zeros([1, _layout.Width]), cache, sequences, _layout));

        Assert.Equal($"PagedAttention: {message}", exception.Message);
    }

    private static float[] Run(Backend backend, KvFormat storage, int blockSize, float[] x, int[] chunks) =>
        Run(backend, storage, blockSize, x, chunks, _layout);

    /// <summary>
    /// Results of one sequence whose rows come in chunks behind some that are stored, in blocks that are not in order.
    /// </summary>
    private static float[] Run(
        Backend backend, KvFormat storage, int blockSize, float[] x, int[] chunks, QkvLayout layout, int stored = 0)
    {
        using Scope scope = backend.BeginScope();
        int blocks = (stored + chunks.Sum() + blockSize - 1) / blockSize;
        KvBlocks cache = Cache(scope, storage, blocks, blockSize, layout);
        Tensor table = scope.From<int>([.. Enumerable.Range(0, blocks).Reverse()], [1, blocks]);
        Store(cache, layout, [.. Enumerable.Range(0, blocks).Reverse()], x.AsSpan(0, stored * layout.Width));
        var results = new List<float>();
        int end = stored;
        foreach (int rows in chunks)
        {
            Tensor qkv = scope.From<float>(
                x.AsSpan(end * layout.Width, rows * layout.Width), [rows, layout.Width]);
            end += rows;
            var sequences = new PagedSequences(scope.From([0, rows], [2]), table, scope.From([end], [1]));
            results.AddRange(scope.PagedAttention(qkv, cache, sequences, layout).Span<float>());
        }

        return [.. results];
    }

    /// <summary>Results of the new rows of several sequences, whose earlier rows were put into the cache before.</summary>
    private static float[] Step(KvFormat storage, int threads, int[] lengths, int[] newRows, int seed)
    {
        const int BlockSize = 32;
        using var backend = new CpuBackend(threads);
        using Scope scope = backend.BeginScope();
        int width = (lengths.Max() + BlockSize - 1) / BlockSize;
        KvBlocks cache = Cache(scope, storage, lengths.Length * width, BlockSize, _layout);
        float[][] rows = [.. lengths.Select(
            (length, s) => Numbers.Uniform(length * _layout.Width, (ulong)(seed + s)))];
        int[] earlier = [.. lengths.Zip(newRows, (length, added) => length - added)];
        for (int s = 0; s < lengths.Length; s++)
        {
            Store(
                cache, _layout, [.. Enumerable.Range(s * width, width)],
                rows[s].AsSpan(0, earlier[s] * _layout.Width));
        }

        return Attend(newRows, [.. rows.Select((x, s) => x[(earlier[s] * _layout.Width)..])], lengths);

        float[] Attend(int[] counts, float[][] x, int[] contexts)
        {
            int[] boundaries = [0, .. counts.Select((_, s) => counts[..(s + 1)].Sum())];
            var sequences = new PagedSequences(
                scope.From<int>(boundaries, [boundaries.Length]),
                scope.From<int>([.. Enumerable.Range(0, lengths.Length * width)], [lengths.Length, width]),
                scope.From<int>(contexts, [contexts.Length]));
            Tensor qkv = scope.From<float>([.. x.SelectMany(part => part)], [boundaries[^1], _layout.Width]);
            return scope.PagedAttention(qkv, cache, sequences, _layout).Span<float>().ToArray();
        }
    }

    /// <summary>Puts the keys and values of the first rows of a sequence into its blocks, without attention.</summary>
    private static void Store(KvBlocks cache, QkvLayout layout, int[] blocks, ReadOnlySpan<float> rows)
    {
        for (int t = 0; t < rows.Length / layout.Width; t++)
        {
            ReadOnlySpan<float> row = rows.Slice(t * layout.Width, layout.Width);
            int slot = (blocks[t / cache.BlockSize] * cache.BlockSize) + (t % cache.BlockSize);
            for (int head = 0; head < layout.KvHeads; head++)
            {
                KvRowReference.Write(
                    cache, slot, head, row.Slice(layout.KeyColumn(head), layout.HeadDim),
                    row.Slice(layout.ValueColumn(head), layout.HeadDim));
            }
        }
    }

    private static KvBlocks Cache(Scope scope, KvFormat storage, int blocks, int blockSize, QkvLayout layout)
    {
        KvBlocks cache = KvBlocks.Create(scope, blocks, blockSize, layout.KvHeads, layout.HeadDim, storage);
        for (int block = 0; block < blocks; block++)
        {
            // What was never written must never matter: in floats and scales this is NaN.
            cache.BlockBytes(block).Fill(0xFF);
        }

        return cache;
    }
}
