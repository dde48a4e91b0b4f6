using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class SwiGluTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void ForwardAndBackward_MatchTheReference_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int length in (int[])[1, 7, 8, 31, 1000, 70_003])
        {
            using Scope scope = backend.BeginRecording();
            float[] gates = [.. Numbers.Uniform(length, seed: 1).Select(g => 20 * g)];
            Tensor gate = scope.From<float>(gates, [length]);
            gate.RequiresGradient = true;
            Tensor up = Comparisons.Leaf(scope, [length], seed: 2);
            double[] g = Comparisons.Doubles(gates);
            double[] u = Comparisons.Doubles(up.Span<float>());

            Tensor y = scope.SwiGlu(gate, up);

            // The exponential is within 4 units of roundoff, and six operations follow.
            double[] expected = new double[length];
            SwiGluReference.Forward(g, u, expected);
            Comparisons.AssertWithin(expected, y, i => Numbers.Gamma(10) * Math.Abs(expected[i]));

            double[] dY = Comparisons.Backward(scope, y, seed: 3);

            // 1 − σ is off by an absolute error of the order of σ's, which g scales up.
            double[] dGate = new double[length];
            double[] dUp = new double[length];
            SwiGluReference.Backward(g, u, dY, dGate, dUp);
            Comparisons.AssertWithin(
                dGate, gate.Gradient!, i => Numbers.Gamma(16) * (1 + Math.Abs(g[i])) * Math.Abs(dY[i] * u[i]));
            Comparisons.AssertWithin(dUp, up.Gradient!, i => Numbers.Gamma(10) * Math.Abs(dUp[i]));
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Backward_AddsBothShares_WhereGateAndUpAreOneTensor(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor x = Comparisons.Leaf(scope, [21], seed: 1);
        double[] xs = Comparisons.Doubles(x.Span<float>());

        double[] dY = Comparisons.Backward(scope, scope.SwiGlu(x, x), seed: 2);

        double[] dX = new double[21];
        SwiGluReference.Backward(xs, xs, dY, dX, dX);
        Comparisons.AssertWithin(dX, x.Gradient!, _ => 2 * Numbers.Gamma(20));
    }

    [Fact]
    public void ForwardAndBackward_DoNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor gate = Comparisons.Leaf(scope, [100_003], seed: 1);
            Tensor up = Comparisons.Leaf(scope, [100_003], seed: 2);
            Tensor y = scope.SwiGlu(gate, up);
            Comparisons.Backward(scope, y, seed: 3);
            return [y, gate.Gradient!, up.Gradient!];
        });
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        double[] gate = FiniteDifferences.Uniform(6, seed: 1);
        double[] up = FiniteDifferences.Uniform(6, seed: 2);
        double[] dY = FiniteDifferences.Uniform(6, seed: 3);
        double[] y = new double[6];
        double[] dGate = new double[6];
        double[] dUp = new double[6];

        SwiGluReference.Backward(gate, up, dY, dGate, dUp);

        FiniteDifferences.AssertMatch(gate, Loss, dGate);
        FiniteDifferences.AssertMatch(up, Loss, dUp);

        double Loss()
        {
            SwiGluReference.Forward(gate, up, y);
            return Comparisons.Dot(y, dY);
        }
    }

    [Fact]
    public void SwiGlu_NamesTheShapesAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.SwiGlu(scope.Zeros([2]), scope.Zeros([3])));

        Assert.Equal("SwiGlu: up is tensor F32 [3] but gate is tensor F32 [2], so up must be [2]", exception.Message);
    }
}
