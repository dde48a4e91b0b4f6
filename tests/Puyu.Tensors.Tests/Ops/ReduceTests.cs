using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class ReduceTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void SumAndMean_MatchTheReference_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int length in (int[])[1, 7, 8, 15, 16, 31, 1000, 100_003])
        {
            using Scope scope = backend.BeginRecording();
            Tensor x = Comparisons.Leaf(scope, [length], seed: 1);
            double[] xs = Comparisons.Doubles(x.Span<float>());

            Tensor sum = scope.Sum(x);
            Tensor mean = scope.Mean(x);

            // Summed in double precision: what is left is rounding the result, with room for cancellation.
            double exact = ReduceReference.Forward(xs, divisor: 1);
            Assert.Equal(exact, sum.Span<float>()[0], (Numbers.Gamma(1) * Math.Abs(exact)) + (1e-15 * length));
            Assert.Equal(exact / length, mean.Span<float>()[0], (Numbers.Gamma(1) * Math.Abs(exact / length)) + 1e-15);
            scope.Backward(scope.Add(sum, mean));
            Comparisons.AssertWithin(
                [.. Enumerable.Repeat(1 + (1.0 / length), length)], x.Gradient!, _ => 2 * Numbers.Gamma(3));
        }
    }

    [Fact]
    public void Sum_DoesNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor x = Comparisons.Leaf(scope, [1_000_003], seed: 1);
            Tensor y = scope.Sum(x);
            scope.Backward(y);
            return [y, x.Gradient!];
        });
    }

    [Fact]
    public void Sum_OfNothing_IsZero()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();

        Assert.Equal(0, scope.Sum(scope.Empty([0])).Span<float>()[0]);
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        double[] x = FiniteDifferences.Uniform(5, seed: 1);
        double[] dX = new double[5];

        ReduceReference.Backward(dY: 3, divisor: 5, dX);

        FiniteDifferences.AssertMatch(x, () => 3 * ReduceReference.Forward(x, divisor: 5), dX);
    }

    [Fact]
    public void Mean_NamesTheShapeAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.Mean(scope.Empty([0, 3])));

        Assert.Equal("Mean: tensor F32 [0, 3] must have an element", exception.Message);
    }
}
