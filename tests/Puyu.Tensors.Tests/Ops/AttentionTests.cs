using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class AttentionTests
{
    /// <summary>Lengths of sequences that reach every border of tiles: 64 queries and 64 keys.</summary>
    private static readonly int[][] _packings = [[1], [5], [0, 3, 0, 1, 7, 0], [64, 65], [1, 200, 63]];

    private static readonly QkvLayout[] _layouts =
    [
        new(1, 1, 64, QkvOrder.Blocks),
        new(4, 4, 16, QkvOrder.GroupInterleaved),
        new(4, 2, 32, QkvOrder.GroupInterleaved),
        new(6, 2, 80, QkvOrder.Blocks),
        new(3, 1, 5, QkvOrder.GroupInterleaved),
        new(2, 1, 96, QkvOrder.GroupInterleaved),
        new(2, 2, 128, QkvOrder.Blocks),
        new(5, 1, 24, QkvOrder.Blocks),
    ];

    public static TheoryData<int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, int>();
            for (int layout = 0; layout < _layouts.Length; layout++)
            {
                for (int packing = 0; packing < _packings.Length; packing++)
                {
                    cases.Add(layout, packing);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ForwardAndBackward_MatchReference(int layoutCase, int packingCase)
    {
        (QkvLayout layout, int[] lengths) = (_layouts[layoutCase], _packings[packingCase]);
        Result expected = Run(new ReferenceBackend(), layout, lengths);
        Result one = Run(new CpuBackend(threads: 1), layout, lengths);
        Result three = Run(new CpuBackend(threads: 3), layout, lengths);

        // With elements below 1, a score errs by γ(E) √E at most, which is the relative error of its probability; sums
        // over at most n keys add γ(n). Gradients of keys sum over n queries of a group, each product with dp of size E.
        int n = lengths.Max();
        int e = layout.HeadDim;
        double forward = 4 * ((Numbers.Gamma(e + 4) * Math.Sqrt(e)) + Numbers.Gamma(n + 8));
        double backward = forward * 4 * Math.Sqrt(e) * layout.GroupSize;
        AssertClose(expected.Y, one.Y, forward);
        AssertClose(expected.DQkv, one.DQkv, backward);
        Assert.Equal(one.Y, three.Y);
        Assert.Equal(one.DQkv, three.DQkv);
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        QkvLayout layout = new(4, 2, 3, QkvOrder.GroupInterleaved);
        int[] cuSeqLens = [0, 3, 3, 4, 6];
        const int Rows = 6;
        double[] qkv = FiniteDifferences.Uniform(Rows * layout.Width, seed: 1);
        double[] dY = FiniteDifferences.Uniform(Rows * 12, seed: 2);
        double[] y = new double[Rows * 12];
        double[] l = new double[4 * Rows];
        double[] dQkv = new double[qkv.Length];

        AttentionReference.Forward(qkv, cuSeqLens, layout, y, l);
        AttentionReference.Backward(qkv, cuSeqLens, layout, y, l, dY, dQkv);

        FiniteDifferences.AssertMatch(qkv, Loss, dQkv);

        double Loss()
        {
            AttentionReference.Forward(qkv, cuSeqLens, layout, y, l);
            return y.Zip(dY, (yi, dYi) => yi * dYi).Sum();
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Attention_IgnoresTheFuture_AndOtherSequences_ToTheLastBit(string name)
    {
        QkvLayout layout = new(4, 2, 16, QkvOrder.GroupInterleaved);
        int[] lengths = [70, 150, 40];
        const int Row = 70 + 90;
        float[] x = Numbers.Uniform(260 * layout.Width, seed: 1);
        float[] changed = [.. x];
        changed.AsSpan((Row + 1) * layout.Width).Fill(3);
        changed.AsSpan(0, 70 * layout.Width).Fill(-2);

        float[] before = Forward(AllBackends.Create(name), layout, lengths, x);
        float[] after = Forward(AllBackends.Create(name), layout, lengths, changed);

        int width = layout.Heads * layout.HeadDim;
        Assert.Equal(before[(70 * width)..((Row + 1) * width)], after[(70 * width)..((Row + 1) * width)]);
        Assert.NotEqual(before[((Row + 1) * width)..(220 * width)], after[((Row + 1) * width)..(220 * width)]);
    }

    [Fact]
    public void Attention_GivesARowTheSameBits_WhateverElseIsInTheBatch()
    {
        QkvLayout layout = new(6, 2, 64, QkvOrder.GroupInterleaved);
        float[] x = Numbers.Uniform(300 * layout.Width, seed: 1);
        int width = layout.Heads * layout.HeadDim;

        float[] whole = Forward(new CpuBackend(threads: 1), layout, [300], x);

        foreach (int length in (int[])[1, 2, 63, 64, 65, 129, 299])
        {
            float[] part = Forward(new CpuBackend(threads: 1), layout, [length], x[..(length * layout.Width)]);
            float[] packed = Forward(
                new CpuBackend(threads: 1), layout, [300 - length, length],
                [.. x[..((300 - length) * layout.Width)], .. x[..(length * layout.Width)]]);
            Assert.Equal(whole[..(length * width)], part);
            Assert.Equal(part, packed[((300 - length) * width)..]);
        }
    }

    [Fact]
    public void GroupedQueries_AreEqualToRepeatedHeads()
    {
        QkvLayout grouped = new(4, 2, 16, QkvOrder.Blocks);
        QkvLayout repeated = new(4, 4, 16, QkvOrder.Blocks);
        const int Rows = 100;
        float[] x = Numbers.Uniform(Rows * grouped.Width, seed: 1);
        float[] wide = new float[Rows * repeated.Width];
        for (int t = 0; t < Rows; t++)
        {
            ReadOnlySpan<float> row = x.AsSpan(t * grouped.Width, grouped.Width);
            Span<float> target = wide.AsSpan(t * repeated.Width, repeated.Width);
            for (int h = 0; h < 4; h++)
            {
                row.Slice(grouped.QueryColumn(h), 16).CopyTo(target[repeated.QueryColumn(h)..]);
                row.Slice(grouped.KeyColumn(h / 2), 16).CopyTo(target[repeated.KeyColumn(h)..]);
                row.Slice(grouped.ValueColumn(h / 2), 16).CopyTo(target[repeated.ValueColumn(h)..]);
            }
        }

        float[] expected = Forward(new CpuBackend(threads: 1), repeated, [Rows], wide);

        Assert.Equal(expected, Forward(new CpuBackend(threads: 1), grouped, [Rows], x));
    }

    [Fact]
    public void Attention_StaysFinite_WhenScoresAreHuge()
    {
        QkvLayout layout = new(1, 1, 16, QkvOrder.Blocks);
        float[] x = [.. Numbers.Uniform(130 * layout.Width, seed: 1).Select(value => value * 1000)];

        float[] y = Forward(new CpuBackend(threads: 1), layout, [130], x);

        Assert.All(y, value => Assert.True(Math.Abs(value) <= 1000, $"{value} is no mean of values within ±1000"));
    }

    [Fact]
    public void Backward_AddsToAnExistingGradient()
    {
        QkvLayout layout = new(2, 1, 8, QkvOrder.Blocks);
        using var backend = new CpuBackend(threads: 1);
        float[] x = Numbers.Uniform(9 * layout.Width, seed: 1);
        float[] once = Gradients(passes: 1);

        float[] twice = Gradients(passes: 2);

        Assert.Equal(once.Select(value => value * 2), twice);

        float[] Gradients(int passes)
        {
            using Scope scope = backend.BeginRecording();
            Tensor qkv = scope.From<float>(x, [9, layout.Width]);
            qkv.RequiresGradient = true;
            for (int pass = 0; pass < passes; pass++)
            {
                Tensor y = scope.Attention(qkv, scope.From([0, 9], [2]), layout);
                scope.Backward(y, scope.From<float>(Numbers.Uniform(9 * 16, seed: 2), [9, 16]));
            }

            return qkv.Gradient!.Span<float>().ToArray();
        }
    }

    [Fact]
    public void Step_AllocatesNothing_AfterTheFirst()
    {
        QkvLayout layout = new(4, 2, 16, QkvOrder.GroupInterleaved);
        using var backend = new CpuBackend(threads: 1);
        using var table = new RopeTable(new RopeOptions(), layout.HeadDim, backend);
        using Scope outer = backend.BeginScope();
        Tensor positionIds = outer.From<int>([.. Enumerable.Range(0, 100)], [100]);
        Tensor cuSeqLens = outer.From([0, 40, 100], [3]);
        Tensor dY = outer.Zeros([100, 64]);
        Step();
        Step();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Step()
        {
            using Scope scope = backend.BeginRecording();
            Tensor qkv = scope.Zeros([100, layout.Width]);
            qkv.RequiresGradient = true;
            Tensor rotated = scope.Rope(qkv, positionIds, table.For(100), layout);
            scope.Backward(scope.Attention(rotated, cuSeqLens, layout), dY);
        }
    }

    [Theory]
    [InlineData(new[] { 0, 3, 2, 4 }, "attention: cuSeqLens[2] is 2 but must be at least cuSeqLens[1], 3")]
    [InlineData(new[] { 0, 3 }, "attention: cuSeqLens runs from 0 to 3 but must run from 0 to the 4 rows of qkv")]
    public void Attention_NamesTheBoundaryAtFault(int[] cuSeqLens, string message)
    {
        QkvLayout layout = new(2, 1, 8, QkvOrder.Blocks);
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();

        ArgumentException exception = Assert.Throws<ArgumentException>(() => scope.Attention(
            scope.Zeros([4, layout.Width]), scope.From<int>(cuSeqLens, [cuSeqLens.Length]), layout));

        Assert.Equal(message, exception.Message);
    }

    [Fact]
    public void Attention_NamesTheShapesAtFault()
    {
        QkvLayout layout = new(2, 1, 8, QkvOrder.Blocks);
        using var backend = new MetaBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.Attention(
            scope.Empty([4, 30]), scope.Empty([2], DType.I32), layout));

        Assert.Equal(
            "Attention: qkv is tensor F32 [4, 30] but must be F32 [T, 32] for 2 query and 1 key-value heads of 8",
            exception.Message);
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance) =>
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));

    private static float[] Forward(Backend backend, QkvLayout layout, int[] lengths, float[] x)
    {
        using (backend)
        using (Scope scope = backend.BeginScope())
        {
            Tensor qkv = scope.From<float>(x, [lengths.Sum(), layout.Width]);
            return scope.Attention(qkv, CuSeqLens(scope, lengths), layout).Span<float>().ToArray();
        }
    }

    private static Result Run(Backend backend, QkvLayout layout, int[] lengths)
    {
        using (backend)
        using (Scope scope = backend.BeginRecording())
        {
            int rows = lengths.Sum();
            int width = layout.Heads * layout.HeadDim;
            Tensor qkv = scope.From<float>(Numbers.Uniform(rows * layout.Width, seed: 1), [rows, layout.Width]);
            qkv.RequiresGradient = true;
            Tensor y = scope.Attention(qkv, CuSeqLens(scope, lengths), layout);
            float[] forward = y.Span<float>().ToArray();
            scope.Backward(y, scope.From<float>(Numbers.Uniform(rows * width, seed: 2), [rows, width]));
            return new Result(forward, qkv.Gradient!.Span<float>().ToArray());
        }
    }

    private static Tensor CuSeqLens(Scope scope, int[] lengths)
    {
        int end = 0;
        return scope.From<int>([0, .. lengths.Select(length => end += length)], [lengths.Length + 1]);
    }

    private sealed record Result(float[] Y, float[] DQkv);
}
