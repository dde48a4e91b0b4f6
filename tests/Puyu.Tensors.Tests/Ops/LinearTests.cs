using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class LinearTests
{
    [Fact]
    public void Reference_BackwardBiasIsTheDerivativeOfForward()
    {
        const int T = 3;
        double[] x = FiniteDifferences.Uniform(T * 2, seed: 1);
        double[] weight = FiniteDifferences.Uniform(4 * 2, seed: 2);
        double[] bias = FiniteDifferences.Uniform(4, seed: 3);
        double[] dY = FiniteDifferences.Uniform(T * 4, seed: 4);
        double[] dBias = new double[4];

        LinearReference.BackwardBias(dY, dBias);

        FiniteDifferences.AssertMatch(bias, Loss, dBias);

        double Loss()
        {
            double[] y = new double[T * 4];
            LinearReference.Forward(x, weight, bias, y, T);
            return y.Zip(dY, (yi, dYi) => yi * dYi).Sum();
        }
    }

    [Theory]
    [InlineData("cpu-1", true)]
    [InlineData("cpu-1", false)]
    [InlineData("cpu-3", true)]
    [InlineData("cpu-3", false)]
    public void ForwardAndBackward_MatchReference(string name, bool hasBias)
    {
        float[][] expected = ForwardBackward("reference", 67, 45, 600, hasBias);
        float[][] actual = ForwardBackward(name, 67, 45, 600, hasBias);

        // Operands are at most 1: n products and a bias sum to at most n + 1.
        AssertClose(expected[0], actual[0], Numbers.Gamma(45 + 2) * 46);
        AssertClose(expected[1], actual[1], Numbers.Gamma(600 + 2) * 600);
        AssertClose(expected[2], actual[2], Numbers.Gamma(67 + 1) * 67);
        AssertClose(expected[3], actual[3], Numbers.Gamma(67 + 1) * 67);
    }

    [Fact]
    public void Results_AreTheSameBits_ForEveryNumberOfThreads()
    {
        float[][] one = ForwardBackward("cpu-1", 100, 70, 1100, hasBias: true);
        float[][] three = ForwardBackward("cpu-3", 100, 70, 1100, hasBias: true);

        Assert.Equal(one, three);
    }

    [Fact]
    public void Backward_AddsToTheGradientsOfParameters()
    {
        using Backend backend = AllBackends.Create("cpu-1");
        using Scope scope = backend.BeginScope();
        Tensor weight = scope.From<float>([2], [1, 1]);
        Tensor bias = scope.From<float>([5], [1]);
        (weight.RequiresGradient, bias.RequiresGradient) = (true, true);
        (weight.Gradient, bias.Gradient) = (scope.Zeros([1, 1]), scope.Zeros([1]));

        for (int step = 0; step < 2; step++)
        {
            using Scope recording = backend.BeginRecording();
            recording.Backward(recording.Linear(recording.From<float>([3], [1, 1]), weight, bias));
        }

        Assert.Equal(6, weight.Gradient.Span<float>()[0]);
        Assert.Equal(2, bias.Gradient.Span<float>()[0]);
    }

    [Fact]
    public void Steps_AllocateNothingAfterTheFirst()
    {
        using Backend backend = AllBackends.Create("cpu-3");
        using Scope scope = backend.BeginScope();
        Tensor weight = scope.Zeros([40, 30]);
        weight.RequiresGradient = true;
        weight.Gradient = scope.Zeros([40, 30]);
        Tensor hidden = scope.Zeros([20, 30]);
        Tensor targets = scope.From(new int[20], [20]);
        Step();
        Step();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            using Scope recording = backend.BeginRecording();
            Tensor x = recording.Linear(recording.Linear(hidden, weight), recording.View(weight, [30, 40]));
            recording.Backward(recording.LinearCrossEntropy(x, weight, targets, scale: 1));
        }
    }

    [Fact]
    public void Linear_NamesTheShapesAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException ofWeight = Assert.Throws<ShapeException>(
            () => scope.Linear(scope.Zeros([2, 3]), scope.Zeros([4, 5])));
        ShapeException ofBias = Assert.Throws<ShapeException>(
            () => scope.Linear(scope.Zeros([2, 3]), scope.Zeros([4, 3]), scope.Zeros([3])));

        Assert.StartsWith(
            "Linear: weight is tensor F32 [4, 5] but x is tensor F32 [2, 3]", ofWeight.Message, StringComparison.Ordinal);
        Assert.Equal(
            "Linear: bias is tensor F32 [3] but weight is tensor F32 [4, 3], so bias must be F32 [4]", ofBias.Message);
    }

    private static float[][] ForwardBackward(string name, int t, int inputs, int outputs, bool hasBias)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor x = scope.From<float>(Numbers.Uniform(t * inputs, seed: 1), [t, inputs]);
        Tensor weight = scope.From<float>(Numbers.Uniform(inputs * outputs, seed: 2), [outputs, inputs]);
        Tensor bias = scope.From<float>(Numbers.Uniform(outputs, seed: 3), [outputs]);
        (x.RequiresGradient, weight.RequiresGradient, bias.RequiresGradient) = (true, true, true);
        Tensor y = scope.Linear(x, weight, hasBias ? bias : null);
        float[] result = y.Span<float>().ToArray();
        scope.Backward(y, scope.From<float>(Numbers.Uniform(t * outputs, seed: 4), y.Shape));
        float[] dBias = hasBias ? bias.Gradient!.Span<float>().ToArray() : [];
        return [result, x.Gradient!.Span<float>().ToArray(), weight.Gradient!.Span<float>().ToArray(), dBias];
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -tolerance, tolerance));
    }
}
