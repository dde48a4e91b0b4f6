using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class MultiplyTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void ForwardAndBackward_MatchTheReference_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int length in (int[])[1, 7, 31, 64, 70_003])
        {
            using Scope scope = backend.BeginRecording();
            Tensor a = Comparisons.Leaf(scope, [length], seed: 1);
            Tensor b = Comparisons.Leaf(scope, [length], seed: 2);
            double[] aValues = Comparisons.Doubles(a.Span<float>());
            double[] bValues = Comparisons.Doubles(b.Span<float>());

            Tensor y = scope.Multiply(a, b);

            double[] expected = new double[length];
            MultiplyReference.Forward(aValues, bValues, expected);
            Comparisons.AssertWithin(expected, y, i => Numbers.Gamma(1) * Math.Abs(expected[i]));
            double[] dY = Comparisons.Backward(scope, y, seed: 3);
            double[] dA = new double[length];
            double[] dB = new double[length];
            MultiplyReference.Backward(dY, bValues, dA);
            MultiplyReference.Backward(dY, aValues, dB);
            Comparisons.AssertWithin(dA, a.Gradient!, i => Numbers.Gamma(1) * Math.Abs(dA[i]));
            Comparisons.AssertWithin(dB, b.Gradient!, i => Numbers.Gamma(1) * Math.Abs(dB[i]));
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Backward_OfASquare_AddsBothShares(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor x = scope.From<float>([3], [1]);
        x.RequiresGradient = true;

        scope.Backward(scope.Multiply(x, x));

        Assert.Equal(6, x.Gradient!.Span<float>()[0]);
    }

    [Fact]
    public void ForwardAndBackward_DoNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor a = Comparisons.Leaf(scope, [100_003], seed: 1);
            Tensor b = Comparisons.Leaf(scope, [100_003], seed: 2);
            Tensor y = scope.Multiply(a, b);
            Comparisons.Backward(scope, y, seed: 3);
            return [y, a.Gradient!, b.Gradient!];
        });
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        double[] a = FiniteDifferences.Uniform(5, seed: 1);
        double[] b = FiniteDifferences.Uniform(5, seed: 2);
        double[] dY = FiniteDifferences.Uniform(5, seed: 3);
        double[] y = new double[5];
        double[] dA = new double[5];

        MultiplyReference.Backward(dY, b, dA);

        FiniteDifferences.AssertMatch(a, Loss, dA);

        double Loss()
        {
            MultiplyReference.Forward(a, b, y);
            return Comparisons.Dot(y, dY);
        }
    }

    [Fact]
    public void Multiply_NamesTheShapesAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.Multiply(scope.Zeros([2]), scope.Zeros([3])));

        Assert.Equal("Multiply: b is tensor F32 [3] but a is tensor F32 [2], so b must be [2]", exception.Message);
    }
}
