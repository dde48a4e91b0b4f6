using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class MatMulTests
{
    [Theory]
    [InlineData(MatMulForm.NN)]
    [InlineData(MatMulForm.NT)]
    [InlineData(MatMulForm.TN)]
    public void Reference_BackwardIsTheDerivativeOfForward(MatMulForm form)
    {
        const int M = 3;
        const int N = 4;
        const int K = 2;
        double[] a = FiniteDifferences.Uniform(M * K, seed: 1);
        double[] b = FiniteDifferences.Uniform(N * K, seed: 2);
        double[] dC = FiniteDifferences.Uniform(M * N, seed: 3);
        double[] dA = new double[a.Length];
        double[] dB = new double[b.Length];

        MatMulReference.Backward(a, b, dC, dA, dB, M, N, K, form);

        FiniteDifferences.AssertMatch(a, Loss, dA);
        FiniteDifferences.AssertMatch(b, Loss, dB);

        double Loss()
        {
            double[] c = new double[M * N];
            MatMulReference.Accumulate(a, b, c, M, N, K, form);
            return c.Zip(dC, (ci, dCi) => ci * dCi).Sum();
        }
    }

    [Theory]
    [InlineData("cpu-1", MatMulForm.NN)]
    [InlineData("cpu-3", MatMulForm.NN)]
    [InlineData("cpu-1", MatMulForm.NT)]
    [InlineData("cpu-3", MatMulForm.NT)]
    [InlineData("cpu-1", MatMulForm.TN)]
    [InlineData("cpu-3", MatMulForm.TN)]
    public void ForwardAndBackward_MatchReference(string name, MatMulForm form)
    {
        const int M = 30;
        const int N = 50;
        const int K = 40;
        (float[] y, float[] dA, float[] dB) = ForwardBackward(name, form, M, N, K);
        (float[] expectedY, float[] expectedDA, float[] expectedDB) = ForwardBackward("reference", form, M, N, K);

        // Operands are below 1, and dY is 1, so γ of the shared length times that length bounds every sum; the
        // reference is itself rounded once.
        AssertClose(expectedY, y, Numbers.Gamma(K + 1) * K);
        AssertClose(expectedDA, dA, Numbers.Gamma(N + 1) * N);
        AssertClose(expectedDB, dB, Numbers.Gamma(M + 1) * M);
    }

    [Fact]
    public void Backward_AddsToAGradientThatExists()
    {
        using Backend backend = AllBackends.Create("cpu-1");
        using Scope scope = backend.BeginRecording();
        Tensor a = scope.From<float>([2], [1, 1]);
        Tensor b = scope.From<float>([3], [1, 1]);
        (a.RequiresGradient, b.RequiresGradient) = (true, true);

        // y = a·b + a·b
        Tensor y = scope.Add(scope.MatMul(a, b, MatMulForm.NN), scope.MatMul(a, b, MatMulForm.NT));
        scope.Backward(y);

        Assert.Equal(6, a.Gradient!.Span<float>()[0]);
        Assert.Equal(4, b.Gradient!.Span<float>()[0]);
    }

    [Fact]
    public void MatMul_NamesTheShapesAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(
            () => scope.MatMul(scope.Zeros([2, 3]), scope.Zeros([4, 5]), MatMulForm.NT));

        Assert.Equal(
            "MatMul NT: a is tensor F32 [2, 3] and b is tensor F32 [4, 5], so K is 3 in a but 5 in b", exception.Message);
    }

    private static (float[] Y, float[] DA, float[] DB) ForwardBackward(string name, MatMulForm form, int m, int n, int k)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Shape aShape = form == MatMulForm.TN ? [k, m] : [m, k];
        Shape bShape = form == MatMulForm.NT ? [n, k] : [k, n];
        Tensor a = scope.From<float>(Numbers.Uniform(m * k, seed: 1), aShape);
        Tensor b = scope.From<float>(Numbers.Uniform(n * k, seed: 2), bShape);
        (a.RequiresGradient, b.RequiresGradient) = (true, true);
        Tensor y = scope.MatMul(a, b, form);
        float[] result = y.Span<float>().ToArray();
        Tensor dY = scope.Empty(y.Shape);
        backend.Fill(dY, 1);
        scope.Backward(y, dY);
        return (result, a.Gradient!.Span<float>().ToArray(), b.Gradient!.Span<float>().ToArray());
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance) =>
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -tolerance, tolerance));
}
