using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class LowRankTests
{
    private const int Rows = 9;
    private const float Scale = 0.75f;

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void AddLowRank_MatchesTheReference_InTheNamedRowsAlone(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach ((int inputs, int outputs, int rank, int first, int rows) in
            (ReadOnlySpan<(int, int, int, int, int)>)[(5, 3, 1, 0, Rows), (67, 45, 8, 2, 4), (128, 200, 16, 8, 1)])
        {
            using Scope scope = backend.BeginScope();
            Tensor x = scope.From<float>(Numbers.Uniform(Rows * inputs, seed: 1), [Rows, inputs]);
            Tensor a = scope.From<float>(Numbers.Uniform(rank * inputs, seed: 2), [rank, inputs]);
            Tensor b = scope.From<float>(Numbers.Uniform(outputs * rank, seed: 3), [outputs, rank]);
            Tensor y = scope.From<float>(Numbers.Uniform(Rows * outputs, seed: 4), [Rows, outputs]);
            double[] expected = Comparisons.Doubles(y.Span<float>());
            for (int row = first; row < first + rows; row++)
            {
                LowRankReference.Add(
                    Comparisons.Doubles(x.Span<float>().Slice(row * inputs, inputs)),
                    Comparisons.Doubles(a.Span<float>()), Comparisons.Doubles(b.Span<float>()), Scale,
                    expected.AsSpan(row * outputs, outputs));
            }

            scope.AddLowRank(y, x, a, b, Scale, first, rows);

            // Operands are at most 1: two sums of products, a factor, and what was there.
            double bound = Numbers.Gamma(inputs + rank + 2) * ((Scale * inputs * rank) + 1);
            Comparisons.AssertWithin(
                expected, y, i => i / outputs >= first && i / outputs < first + rows ? bound : 0);
        }
    }

    [Fact]
    public void AddLowRank_GivesARowTheSameBits_WhoeverElseIsThere() => Comparisons.AssertThreadsDoNotMatter(scope =>
    {
        Tensor together = scope.From<float>(Numbers.Uniform(200 * 70, seed: 4), [200, 70]);
        Tensor apart = scope.From<float>(together.Span<float>(), [200, 70]);
        Change(scope, together, 0, 200);
        Change(scope, apart, 0, 1);
        Change(scope, apart, 1, 150);
        Change(scope, apart, 151, 49);
        Assert.Equal(Comparisons.Bits(together), Comparisons.Bits(apart));
        return [together];
    });

    [Fact]
    public void AddLowRank_RefusesToBeRecorded()
    {
        using Backend backend = AllBackends.Create("cpu-1");
        using Scope scope = backend.BeginRecording();
        Tensor x = Comparisons.Leaf(scope, [2, 3], seed: 1);
        Tensor y = scope.Zeros([2, 4]);

        Assert.Throws<InvalidOperationException>(
            () => scope.AddLowRank(y, x, scope.Zeros([1, 3]), scope.Zeros([4, 1]), Scale, 0, 2));
    }

    private static void Change(Scope scope, Tensor y, int firstRow, int rows)
    {
        Tensor x = scope.From<float>(Numbers.Uniform(200 * 130, seed: 1), [200, 130]);
        Tensor a = scope.From<float>(Numbers.Uniform(8 * 130, seed: 2), [8, 130]);
        Tensor b = scope.From<float>(Numbers.Uniform(70 * 8, seed: 3), [70, 8]);
        scope.AddLowRank(y, x, a, b, Scale, firstRow, rows);
    }
}
