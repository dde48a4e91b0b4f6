using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class RopeTests
{
    private static readonly QkvLayout _layout = new(Heads: 4, KvHeads: 2, HeadDim: 10, QkvOrder.GroupInterleaved);

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Rope_ScoresDependOnDistanceAlone(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using var table = new RopeTable(new RopeOptions(), headDim: 64, backend);
        QkvLayout layout = new(1, 1, 64, QkvOrder.Blocks);

        double near = Score(first: 3, second: 7);
        double far = Score(first: 103, second: 107);

        // Two rotations of 64 elements in float32 and a product of 64 terms of at most 1 each.
        Assert.Equal(near, far, 64 * Numbers.Gamma(8));

        double Score(int first, int second)
        {
            using Scope scope = backend.BeginScope();
            float[] row = Numbers.Uniform(layout.Width, seed: 1);
            Tensor qkv = scope.From<float>([.. row, .. row], [2, layout.Width]);
            Tensor rotated = scope.Rope(qkv, scope.From([first, second], [2]), table.For(200), layout);
            Span<float> y = rotated.Span<float>();
            double sum = 0;
            for (int e = 0; e < 64; e++)
            {
                sum += (double)y[e] * y[layout.Width + 64 + e];
            }

            return sum;
        }
    }

    [Theory]
    [InlineData(RopePairing.HalfSplit)]
    [InlineData(RopePairing.Interleaved)]
    public void Rope_MatchesReference_ForEveryRemainder(RopePairing pairing)
    {
        foreach (int headDim in (int[])[2, 4, 6, 10, 16, 64, 80, 94, 128])
        {
            foreach (QkvOrder order in Enum.GetValues<QkvOrder>())
            {
                QkvLayout layout = new(4, 2, headDim, order);
                float[] x = Numbers.Uniform(37 * layout.Width, seed: 5);
                float[] expected = Rotated(new ReferenceBackend(), x, layout, pairing);
                float[] one = Rotated(new CpuBackend(threads: 1), x, layout, pairing);
                float[] three = Rotated(new CpuBackend(threads: 3), x, layout, pairing);

                // Two products and a sum of numbers below 1, and the rounding of the reference's result.
                double tolerance = 2 * Numbers.Gamma(3);
                Assert.All(expected.Zip(one), pair => Assert.Equal(pair.First, pair.Second, tolerance));
                Assert.Equal(one, three);
            }
        }
    }

    [Fact]
    public void Rope_LeavesValuesAndPositionZeroAlone()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        using var table = new RopeTable(new RopeOptions(), _layout.HeadDim, backend);
        float[] x = Numbers.Uniform(2 * _layout.Width, seed: 5);

        Tensor y = scope.Rope(
            scope.From<float>(x, [2, _layout.Width]), scope.From([0, 5], [2]), table.For(6), _layout);

        Assert.Equal(x[.._layout.Width], y.Span<float>()[.._layout.Width].ToArray());
        for (int g = 0; g < _layout.KvHeads; g++)
        {
            Range values = (_layout.Width + _layout.ValueColumn(g))..(_layout.Width + _layout.ValueColumn(g) + 10);
            Assert.Equal(x[values], y.Span<float>()[values].ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Backward_RotatesTheGradientBack_AndKeepsOneLentToOthers(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        using var table = new RopeTable(new RopeOptions(), _layout.HeadDim, backend);
        float[] x = Numbers.Uniform(3 * _layout.Width, seed: 5);
        Tensor a = scope.From<float>(x, [3, _layout.Width]);
        Tensor b = scope.From<float>(x, [3, _layout.Width]);
        (a.RequiresGradient, b.RequiresGradient) = (true, true);
        Tensor positionIds = scope.From([4, 5, 6], [3]);

        // The sum lends its gradient to both summands; turning it back for one must not turn it for the other.
        Tensor sum = scope.Add(scope.Rope(a, positionIds, table.For(7), _layout), b);
        Tensor dSum = scope.From<float>(x, [3, _layout.Width]);
        scope.Rope(dSum, positionIds, table, _layout);
        float[] lent = dSum.Span<float>().ToArray();
        scope.Backward(sum, dSum);

        double tolerance = Numbers.Gamma(8);
        Assert.Equal(lent, b.Gradient!.Span<float>().ToArray());
        Assert.All(x.Zip(a.Gradient!.Span<float>().ToArray()), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }

    [Fact]
    public void Reference_TransposedIsTheDerivativeOfForward()
    {
        double[] x = FiniteDifferences.Uniform(_layout.Width, seed: 1);
        double[] dY = FiniteDifferences.Uniform(_layout.Width, seed: 2);
        double[] cosines = FiniteDifferences.Uniform(5, seed: 3);
        double[] sines = FiniteDifferences.Uniform(5, seed: 4);
        double[] dX = [.. dY];

        RopeReference.Rotate(dX, [0], cosines, [.. sines.Select(s => -s)], _layout, RopePairing.HalfSplit);

        FiniteDifferences.AssertMatch(x, Loss, dX);

        double Loss()
        {
            double[] y = [.. x];
            RopeReference.Rotate(y, [0], cosines, sines, _layout, RopePairing.HalfSplit);
            return y.Zip(dY, (yi, dYi) => yi * dYi).Sum();
        }
    }

    [Fact]
    public void Rope_NamesThePosition_ThatTheTableLacks()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        using var table = new RopeTable(new RopeOptions(), _layout.HeadDim, backend);

        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => scope.Rope(
            scope.Zeros([1, _layout.Width]), scope.From([8], [1]), table.For(8), _layout));

        Assert.StartsWith(
            "Rope: position 8 is not in [0, 8); call RopeTable.For first", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rope_NamesTheShapesAtFault()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        using var table = new RopeTable(new RopeOptions(), _layout.HeadDim, backend);

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.Rope(
            scope.Zeros([2, _layout.Width]), scope.From([8], [1]), table, _layout));

        Assert.Equal(
            "Rope: positionIds is tensor I32 [1] but qkv is tensor F32 [2, 80], so positionIds must be I32 [2]",
            exception.Message);
    }

    private static float[] Rotated(Backend backend, float[] x, QkvLayout layout, RopePairing pairing)
    {
        using (backend)
        using (Scope scope = backend.BeginScope())
        using (var table = new RopeTable(new RopeOptions { Pairing = pairing }, layout.HeadDim, backend))
        {
            int rows = x.Length / layout.Width;
            Tensor positionIds = scope.From<int>([.. Enumerable.Range(3, rows)], [rows]);
            Tensor qkv = scope.From<float>(x, [rows, layout.Width]);
            return scope.Rope(qkv, positionIds, table.For(rows + 3), layout).Span<float>().ToArray();
        }
    }
}
