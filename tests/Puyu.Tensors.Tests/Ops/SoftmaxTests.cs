using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class SoftmaxTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void ForwardAndBackward_MatchTheReference_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int width in (int[])[1, 7, 8, 31, 1000, 40_003])
        {
            using Scope scope = backend.BeginRecording();
            float[] logits = [.. Numbers.Uniform(3 * width, seed: 1).Select(x => 30 * x)];
            Tensor x = scope.From<float>(logits, [3, width]);
            x.RequiresGradient = true;

            Tensor y = scope.Softmax(x);

            // xᵢ − m, up to 60, is rounded before it is exponentiated; then an exponential, a sum and a product.
            double[] expected = new double[3 * width];
            SoftmaxReference.Forward(Comparisons.Doubles(logits), width, expected);
            double relative = Numbers.Gamma((2 * 60) + 8 + width);
            Comparisons.AssertWithin(expected, y, i => relative * expected[i]);
            Assert.All(
                Comparisons.Doubles(y.Span<float>()).Chunk(width),
                row => Assert.Equal(1, row.Sum(), Numbers.Gamma(width + 2)));

            double[] dY = Comparisons.Backward(scope, y, seed: 2);
            double[] dX = new double[3 * width];
            SoftmaxReference.Backward(expected, width, dY, dX);
            Comparisons.AssertWithin(dX, x.Gradient!, i => 4 * (relative + Numbers.Gamma(width)) * expected[i]);
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Backward_AddsToTheGradient(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor x = Comparisons.Leaf(scope, [2, 11], seed: 1);

        double[] dY = Comparisons.Backward(scope, scope.Add(scope.Softmax(x), scope.Softmax(x)), seed: 2);

        double[] y = new double[22];
        double[] dX = new double[22];
        SoftmaxReference.Forward(Comparisons.Doubles(x.Span<float>()), 11, y);
        SoftmaxReference.Backward(y, 11, dY, dX);
        SoftmaxReference.Backward(y, 11, dY, dX);
        Comparisons.AssertWithin(dX, x.Gradient!, _ => Numbers.Gamma(40));
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Forward_GivesNothingToMinusInfinity(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();

        Tensor y = scope.Softmax(scope.From<float>([float.NegativeInfinity, 5, 5, -1e30f], [1, 4]));

        Assert.Equal([0, 0.5f, 0.5f, 0], y.Span<float>().ToArray());
    }

    [Fact]
    public void ForwardAndBackward_DoNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor x = Comparisons.Leaf(scope, [300, 1001], seed: 1);
            Tensor y = scope.Softmax(x);
            Comparisons.Backward(scope, y, seed: 2);
            return [y, x.Gradient!];
        });
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        double[] x = FiniteDifferences.Uniform(2 * 4, seed: 1);
        double[] dY = FiniteDifferences.Uniform(2 * 4, seed: 2);
        double[] y = new double[2 * 4];
        double[] dX = new double[2 * 4];

        SoftmaxReference.Forward(x, 4, y);
        SoftmaxReference.Backward(y, 4, dY, dX);

        FiniteDifferences.AssertMatch(x, Loss, dX);

        double Loss()
        {
            SoftmaxReference.Forward(x, 4, y);
            return Comparisons.Dot(y, dY);
        }
    }

    [Fact]
    public void Softmax_NamesTheShapeAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.Softmax(scope.Zeros([2], DType.BF16)));

        Assert.Equal("Softmax: x is tensor BF16 [2] but must be F32 [..., V]", exception.Message);
    }
}
