using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class MuonTests
{
    private static readonly MuonStep _step = new(
        LearningRate: 0.02, Momentum: 0.95, WeightDecay: 0.1, UpdateRms: 0.2, Iterations: 5, GradientScale: 0.5);

    public static TheoryData<string, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, int, int>();
            foreach (string name in (string[])["reference", "cpu-1", "cpu-3"])
            {
                foreach ((int rows, int columns) in ((int, int)[])[(1, 1), (7, 7), (5, 33), (40, 9), (64, 64)])
                {
                    cases.Add(name, rows, columns);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Muon_AgreesWithTheReference(string name, int rows, int columns)
    {
        double[] theta = FiniteDifferences.Uniform(rows * columns, seed: 1);
        double[] momentum = FiniteDifferences.Uniform(rows * columns, seed: 2);
        double[] gradient = FiniteDifferences.Uniform(rows * columns, seed: 3);
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        Tensor weight = From(scope, theta, rows, columns);
        Tensor m = From(scope, momentum, rows, columns);

        backend.Muon(weight, From(scope, gradient, rows, columns), m, _step);

        MuonReference.Step(theta, gradient, momentum, columns, _step);
        Assert.All(
            momentum.Zip(m.Span<float>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, 2 * Numbers.Gamma(3)));

        // An iteration multiplies an error by at most a + 3|b| + 5c < 28 in the worst case, but singular values below
        // 0.1, which it grows by a = 3.44, are all it can grow that much; then it contracts. An element of X is a sum
        // of at most max(rows, columns) products, three times an iteration.
        double error = Math.Pow(MuonReference.A, 5) * Numbers.Gamma(15 * Math.Max(rows, columns));
        double rate = _step.LearningRate * _step.UpdateRms * Math.Sqrt(Math.Max(rows, columns));
        Assert.All(
            theta.Zip(weight.Span<float>().ToArray()),
            pair => Assert.Equal(pair.First, pair.Second, (rate * error) + (2 * Numbers.Gamma(2))));
    }

    [Theory]
    [InlineData(12, 30)]
    [InlineData(30, 12)]
    public void Reference_MakesTheUpdateNearlyOrthogonal(int rows, int columns)
    {
        double[] theta = new double[rows * columns];
        MuonStep step = _step with
        {
            LearningRate = 1,
            UpdateRms = 1 / Math.Sqrt(Math.Max(rows, columns)),
            WeightDecay = 0,
        };

        MuonReference.Step(
            theta, FiniteDifferences.Uniform(theta.Length, seed: 4), new double[theta.Length], columns, step);

        // Five iterations bring singular values into about [0.7, 1.2]; so the mean of their squares, the squared norm
        // over the rank, lies in [0.49, 1.44].
        Assert.InRange(theta.Sum(x => x * x) / Math.Min(rows, columns), 0.49, 1.44);
    }

    [Fact]
    public void Reference_IsTheSameForTheTransposedMatrix()
    {
        const int Rows = 6;
        const int Columns = 10;
        double[] gradient = FiniteDifferences.Uniform(Rows * Columns, seed: 5);
        double[] theta = new double[Rows * Columns];
        double[] transposed = new double[Rows * Columns];

        MuonReference.Step(theta, gradient, new double[theta.Length], Columns, _step);
        MuonReference.Step(transposed, Transpose(gradient, Columns), new double[theta.Length], Rows, _step);

        Assert.All(theta.Zip(Transpose(transposed, Rows)), pair => Assert.Equal(pair.First, pair.Second, 1e-14));
    }

    [Fact]
    public void Muon_WithoutAGradient_LeavesOnlyTheDecay()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        Tensor weight = scope.From<float>([1, 2, 3, 4], [2, 2]);

        backend.Muon(
            weight, scope.Zeros([2, 2]), scope.Zeros([2, 2]), _step with { LearningRate = 0.5, WeightDecay = 0.5 });

        Assert.Equal([0.75f, 1.5f, 2.25f, 3], weight.Span<float>().ToArray());
    }

    [Fact]
    public void Muon_GivesTheSameBits_ForAnyNumberOfThreads()
    {
        Assert.Equal(WeightAfterAStep(threads: 1), WeightAfterAStep(threads: 3));

        static float[] WeightAfterAStep(int threads)
        {
            using var backend = new CpuBackend(threads);
            using Scope scope = backend.BeginScope();
            Tensor weight = scope.From<float>(Numbers.Uniform(300 * 170, seed: 1), [300, 170]);
            Tensor gradient = scope.From<float>(Numbers.Uniform(300 * 170, seed: 2), [300, 170]);
            backend.Muon(weight, gradient, scope.Zeros([300, 170]), _step);
            return weight.Span<float>().ToArray();
        }
    }

    [Fact]
    public void Muon_NamesTheShapesAtFault()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(
            () => backend.Muon(scope.Zeros([2, 3]), scope.Zeros([2, 3]), scope.Zeros([3, 2]), _step));

        Assert.Equal(
            "Muon: momentum is tensor F32 [3, 2] but weight is tensor F32 [2, 3], so momentum must be F32 [2, 3]",
            exception.Message);
    }

    private static Tensor From(Scope scope, double[] elements, int rows, int columns) =>
        scope.From<float>([.. elements.Select(x => (float)x)], [rows, columns]);

    private static double[] Transpose(double[] x, int columns) =>
        [.. Enumerable.Range(0, x.Length).Select(
            i => x[(i % (x.Length / columns) * columns) + (i / (x.Length / columns))])];
}
