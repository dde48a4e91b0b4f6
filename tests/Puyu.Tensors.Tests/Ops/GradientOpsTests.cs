using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class GradientOpsTests
{
    private static readonly int[] _lengths = [1, 7, 16, 31, 1000, 100_003];

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void SumOfSquares_MatchesTheReference_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int length in _lengths)
        {
            using Scope scope = backend.BeginScope();
            float[] x = Numbers.Uniform(length, seed: 1);
            double expected = ReduceReference.SumOfSquares(Comparisons.Doubles(x));

            // Squares of floats are exact in double precision, so only the order of n additions differs.
            Assert.Equal(expected, backend.SumOfSquares(scope.From<float>(x, [length])), expected * length * 1.2e-16);
        }
    }

    [Fact]
    public void SumOfSquares_DoesNotDependOnThreads()
    {
        float[] x = Numbers.Uniform(2_000_003, seed: 1);

        Assert.Equal(Of(threads: 1), Of(threads: 3));

        double Of(int threads)
        {
            using var backend = new CpuBackend(threads);
            using Scope scope = backend.BeginScope();
            return backend.SumOfSquares(scope.From<float>(x, [x.Length]));
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void FirstNonFinite_FindsTheSmallestIndex(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int length in _lengths)
        {
            using Scope scope = backend.BeginScope();
            Tensor x = scope.From<float>(Numbers.Uniform(length, seed: 1), [length]);
            Assert.Null(backend.FirstNonFinite(x));

            x.Span<float>()[length - 1] = float.NegativeInfinity;
            Assert.Equal(length - 1, backend.FirstNonFinite(x));

            x.Span<float>()[length / 2] = float.NaN;
            Assert.Equal(length / 2, backend.FirstNonFinite(x));
        }
    }

    [Fact]
    public void GradientOps_NameTheTypeAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();
        Tensor x = scope.Zeros([2], DType.BF16);

        Assert.Equal(
            "SumOfSquares: tensor BF16 [2] must be F32",
            Assert.Throws<ShapeException>(() => backend.SumOfSquares(x)).Message);
        Assert.Equal(
            "FirstNonFinite: tensor BF16 [2] must be F32",
            Assert.Throws<ShapeException>(() => backend.FirstNonFinite(x)).Message);
    }
}
