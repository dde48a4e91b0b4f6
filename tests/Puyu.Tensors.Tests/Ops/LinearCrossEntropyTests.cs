using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class LinearCrossEntropyTests
{
    private const float Scale = 0.25f;

    [Fact]
    public void Reference_GradientsAreTheDerivativesOfTheLoss()
    {
        double[] hidden = FiniteDifferences.Uniform(4 * 3, seed: 1);
        double[] weight = FiniteDifferences.Uniform(5 * 3, seed: 2);
        int[] targets = [4, -100, 0, 2];
        double[] dHidden = new double[hidden.Length];
        double[] dWeight = new double[weight.Length];

        LinearCrossEntropyReference.ForwardBackward(hidden, weight, targets, 0.7, dHidden, dWeight);

        FiniteDifferences.AssertMatch(hidden, Loss, dHidden);
        FiniteDifferences.AssertMatch(weight, Loss, dWeight);

        double Loss() => LinearCrossEntropyReference.ForwardBackward(
            hidden, weight, targets, 0.7, new double[hidden.Length], new double[weight.Length]);
    }

    [Theory]
    [InlineData("cpu-1", 20, 33, "all")]
    [InlineData("cpu-3", 20, 33, "all")]
    [InlineData("cpu-3", 21, 50, "some")]
    [InlineData("cpu-3", 300, 17, "all")]
    [InlineData("cpu-3", 600, 8, "some")]
    [InlineData("cpu-1", 5, 16, "last")]
    [InlineData("cpu-1", 5, 16, "none")]
    public void ForwardAndBackward_MatchReference(string name, int t, int v, string valid)
    {
        const int D = 24;
        Result expected = ForwardBackward("reference", t, v, D, valid);
        Result actual = ForwardBackward(name, t, v, D, valid);

        // Operands are at most 1, so a logit is off by at most γ D, twice that in the exponent of a probability; the
        // exponential, the sum over V and the division add γ(V + 16).
        double dLogit = (2 * Numbers.Gamma(D) * D) + Numbers.Gamma(v + 16);
        Assert.InRange(actual.Loss - expected.Loss, -t * Scale * dLogit, t * Scale * dLogit);
        AssertClose(expected.DHidden, actual.DHidden, v * Scale * (dLogit + Numbers.Gamma(v + 2)));
        AssertClose(expected.DWeight, actual.DWeight, t * Scale * (dLogit + Numbers.Gamma(t + 2)));
    }

    [Fact]
    public void Results_AreTheSameBits_ForEveryNumberOfThreads()
    {
        Result one = ForwardBackward("cpu-1", 270, 40, 32, "some");
        Result three = ForwardBackward("cpu-3", 270, 40, 32, "some");

        Assert.Equal(one.Loss, three.Loss);
        Assert.Equal(one.DHidden, three.DHidden);
        Assert.Equal(one.DWeight, three.DWeight);
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Loss_IsTheEntropyOfTheUniform_WhereAllLogitsAreEqual(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();

        Tensor loss = scope.LinearCrossEntropy(
            scope.Zeros([3, 8]), scope.Zeros([10, 8]), scope.From<int>([1, 9, 0], [3]), scale: 1f / 3);

        Assert.Equal(Math.Log(10), loss.Span<float>()[0], 2 * Numbers.Gamma(4) * Math.Log(10));
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Backward_AddsToGradientsThatExist(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor hidden = scope.From<float>(Numbers.Uniform(4 * 8, seed: 1), [4, 8]);
        Tensor weight = scope.From<float>(Numbers.Uniform(6 * 8, seed: 2), [6, 8]);
        Tensor targets = scope.From<int>([0, 3, -1, 5], [4]);
        (hidden.RequiresGradient, weight.RequiresGradient) = (true, true);

        scope.LinearCrossEntropy(hidden, weight, targets, Scale);
        float[] once = hidden.Gradient!.Span<float>().ToArray();
        float[] onceWeight = weight.Gradient!.Span<float>().ToArray();
        scope.LinearCrossEntropy(hidden, weight, targets, Scale);

        Assert.Equal(once.Select(value => 2 * value), hidden.Gradient.Span<float>().ToArray());
        Assert.Equal(onceWeight.Select(value => 2 * value), weight.Gradient.Span<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Backward_RefusesALossThatIsNotTheRoot(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor hidden = scope.Zeros([1, 4]);
        hidden.RequiresGradient = true;
        Tensor loss = scope.LinearCrossEntropy(hidden, scope.Zeros([3, 4]), scope.From<int>([0], [1]), scale: 1);

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => scope.Backward(scope.Add(loss, loss)));

        Assert.Contains("is 2 but must be 1", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void LinearCrossEntropy_NamesATargetBeyondTheVocabulary(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();

        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(() => scope.LinearCrossEntropy(
            scope.Zeros([2, 4]), scope.Zeros([3, 4]), scope.From<int>([0, 3], [2]), scale: 1));

        Assert.Contains("the target of row 1 is 3 but must be below 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void Exponentiate_IsWithinItsErrorBound()
    {
        if (!System.Runtime.Intrinsics.X86.Avx512F.IsSupported)
        {
            return;
        }

        // From 0 to the last normal exponential, 87; −200 and the padding give 0.
        float[] logits = [.. Enumerable.Range(0, 1001).Select(i => i * -0.087f), -200];
        float[] z = [.. logits, .. new float[16]];
        float max;
        float sum;
        fixed (float* first = z)
        {
            sum = CrossEntropyRow512.Exponentiate(first, logits.Length, out max);
        }

        double[] expected = [.. logits.Select(logit => Math.Exp(logit))];
        Assert.Equal(0, max);
        Assert.All(
            expected[..^1].Zip(z, (e, zi) => zi / e),
            ratio => Assert.InRange(ratio, 1 - Math.Pow(2, -22), 1 + Math.Pow(2, -22)));
        Assert.Equal(0, z[logits.Length - 1]);
        Assert.InRange(sum / expected.Sum(), 1 - (2 * Numbers.Gamma(64)), 1 + (2 * Numbers.Gamma(64)));
    }

    [Fact]
    public void LinearCrossEntropy_NamesTheShapesAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.LinearCrossEntropy(
            scope.Zeros([2, 4]), scope.Zeros([3, 4]), scope.Zeros([2]), scale: 1));

        Assert.Equal(
            "LinearCrossEntropy: targets is tensor F32 [2] but hidden is tensor F32 [2, 4], so targets must be I32 [2]",
            exception.Message);
    }

    internal static int[] Targets(int t, int v, string valid) =>
    [
        .. Enumerable.Range(0, t).Select(row => valid switch
        {
            "all" => row * 7 % v,
            "some" => row % 3 == 1 ? -100 : row * 7 % v,
            "last" => row == t - 1 ? v - 1 : -100,
            _ => -100,
        }),
    ];

    private static Result ForwardBackward(string name, int t, int v, int d, string valid)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor hidden = scope.From<float>(Numbers.Uniform(t * d, seed: 1), [t, d]);
        Tensor weight = scope.From<float>(Numbers.Uniform(v * d, seed: 2), [v, d]);
        Tensor targets = scope.From<int>(Targets(t, v, valid), [t]);
        (hidden.RequiresGradient, weight.RequiresGradient) = (true, true);
        Tensor loss = scope.LinearCrossEntropy(hidden, weight, targets, Scale);
        float value = loss.Span<float>()[0];
        scope.Backward(loss);
        return new Result(value, hidden.Gradient!.Span<float>().ToArray(), weight.Gradient!.Span<float>().ToArray());
    }

    private static void AssertClose(float[] expected, float[] actual, double tolerance) =>
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second - pair.First, -tolerance, tolerance));

    private sealed record Result(float Loss, float[] DHidden, float[] DWeight);
}
