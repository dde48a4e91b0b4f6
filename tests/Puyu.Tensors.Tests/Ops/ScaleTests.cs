using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class ScaleTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void ForwardAndBackward_MatchTheReference_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int length in (int[])[1, 7, 31, 64, 70_003])
        {
            using Scope scope = backend.BeginRecording();
            Tensor x = Comparisons.Leaf(scope, [length], seed: 1);

            // The inner scaling finds no gradient and overwrites, the outer one finds one and adds.
            Tensor y = scope.Add(scope.Scale(x, 3), scope.Scale(x, -0.7f));

            double[] expected = new double[length];
            ScaleReference.Forward(Comparisons.Doubles(x.Span<float>()), 3 - 0.7f, expected);
            Comparisons.AssertWithin(expected, y, _ => 4 * Numbers.Gamma(3));
            double[] dY = Comparisons.Backward(scope, y, seed: 2);
            double[] dX = new double[length];
            ScaleReference.Backward(dY, 3, dX);
            ScaleReference.Backward(dY, -0.7f, dX);
            Comparisons.AssertWithin(dX, x.Gradient!, _ => 4 * Numbers.Gamma(3));
        }
    }

    [Fact]
    public void ForwardAndBackward_DoNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor x = Comparisons.Leaf(scope, [100_003], seed: 1);
            Tensor y = scope.Add(scope.Scale(x, 3), scope.Scale(x, -0.7f));
            Comparisons.Backward(scope, y, seed: 2);
            return [y, x.Gradient!];
        });
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        double[] x = FiniteDifferences.Uniform(5, seed: 1);
        double[] dY = FiniteDifferences.Uniform(5, seed: 2);
        double[] y = new double[5];
        double[] dX = new double[5];

        ScaleReference.Backward(dY, 1.5, dX);

        FiniteDifferences.AssertMatch(x, Loss, dX);

        double Loss()
        {
            ScaleReference.Forward(x, 1.5, y);
            return Comparisons.Dot(y, dY);
        }
    }

    [Fact]
    public void Scale_NamesTheTypeAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.Scale(scope.Zeros([2], DType.I32), 2));

        Assert.Equal("Scale: tensor I32 [2] must be F32", exception.Message);
    }
}
