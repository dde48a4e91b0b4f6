using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class AdamWTests
{
    private static readonly AdamWStep _step = new(
        LearningRate: 1e-2, Beta1: 0.9, Beta2: 0.95, Epsilon: 1e-8, WeightDecay: 0.1, BiasCorrection1: 0.1,
        BiasCorrection2: 0.05, GradientScale: 0.5);

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Update_MatchesTheReference_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int length in (int[])[1, 7, 31, 2048, 2049, 70_003])
        {
            using Scope scope = backend.BeginScope();
            Tensor weight = Comparisons.Leaf(scope, [length], seed: 1);
            Tensor gradient = Comparisons.Leaf(scope, [length], seed: 2);
            Tensor m = Comparisons.Leaf(scope, [length], seed: 3);
            Tensor v = scope.Multiply(m, m);
            Tensor copy = scope.Empty([length], DType.BF16);
            (double[] w, double[] g) = (Comparisons.Doubles(weight.Span<float>()), Comparisons.Doubles(gradient.Span<float>()));
            (double[] first, double[] second) = (Comparisons.Doubles(m.Span<float>()), Comparisons.Doubles(v.Span<float>()));

            backend.AdamW(weight, gradient, m, v, _step, copy);

            // Operands are at most 1; the step is η m̂ / √v̂, at most a thousandth of a unit off relatively to γ.
            AdamWReference.Update(w, g, first, second, _step);
            Comparisons.AssertWithin(first, m, _ => Numbers.Gamma(4));
            Comparisons.AssertWithin(second, v, i => Numbers.Gamma(5) * second[i]);
            Comparisons.AssertWithin(
                w, weight, i => Numbers.Gamma(4) + (Numbers.Gamma(12) * 0.01 * (1 / 0.1) / Math.Sqrt(second[i] / 0.05)));
            Assert.Equal(
                weight.Span<float>().ToArray().Select(x => (BFloat16)x), copy.Span<BFloat16>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Weight_MovesByTheLearningRate_WhileTheGradientIsConstant(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        Tensor weight = scope.From<float>([1, 1], [2]);
        Tensor gradient = scope.From<float>([0.003f, -40], [2]);
        Tensor m = scope.Zeros([2]);
        Tensor v = scope.Zeros([2]);

        for (int t = 1; t <= 10; t++)
        {
            backend.AdamW(weight, gradient, m, v, new AdamWStep(
                LearningRate: 0.01, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-12, WeightDecay: 0,
                BiasCorrection1: 1 - Math.Pow(0.9, t), BiasCorrection2: 1 - Math.Pow(0.999, t), GradientScale: 1));
        }

        // m̂ = g and v̂ = g², so every step is η in the direction of the sign.
        Comparisons.AssertWithin([0.9, 1.1], weight, _ => 10 * 0.01 * Numbers.Gamma(60) + Numbers.Gamma(11));
    }

    [Fact]
    public void Update_DoesNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor[] x = [.. Enumerable.Range(1, 3).Select(seed => Comparisons.Leaf(scope, [100_003], (ulong)seed))];
            Tensor v = scope.Multiply(x[2], x[2]);
            scope.Backend.AdamW(x[0], x[1], x[2], v, _step);
            return [x[0], x[2], v];
        });
    }

    [Fact]
    public void Weight_DecaysIndependentlyOfTheGradient()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        Tensor weight = scope.From<float>([2], [1]);

        backend.AdamW(weight, scope.Zeros([1]), scope.Zeros([1]), scope.Zeros([1]), _step);

        Assert.Equal(2 * (1 - 1e-3), weight.Span<float>()[0], 2 * Numbers.Gamma(2));
    }

    [Fact]
    public void AdamW_NamesTheTensorAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();
        Tensor x = scope.Zeros([2]);

        Assert.Equal(
            "AdamW: firstMoment is tensor F32 [3] but weight is tensor F32 [2], so firstMoment must be F32 [2]",
            Assert.Throws<ShapeException>(() => backend.AdamW(x, x, scope.Zeros([3]), x, _step)).Message);
        Assert.Equal(
            "AdamW: copy is tensor I32 [2] but weight is tensor F32 [2], so copy must be floats [2]",
            Assert.Throws<ShapeException>(
                () => backend.AdamW(x, x, x, x, _step, scope.Zeros([2], DType.I32))).Message);
    }
}
