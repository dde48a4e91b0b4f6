using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class RmsNormTests
{
    private const float Epsilon = 1e-5f;

    public static TheoryData<string, int, int> Sizes
    {
        get
        {
            var sizes = new TheoryData<string, int, int>();
            foreach (string name in (string[])["reference", "cpu-1", "cpu-3"])
            {
                foreach ((int rows, int d) in ((int, int)[])[(1, 1), (3, 7), (5, 8), (9, 31), (130, 48), (700, 67)])
                {
                    sizes.Add(name, rows, d);
                }
            }

            return sizes;
        }
    }

    [Theory]
    [MemberData(nameof(Sizes))]
    public void ForwardAndBackward_MatchTheReference(string name, int rows, int d)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor x = Comparisons.Leaf(scope, [rows, d], seed: 1);
        Tensor weight = Comparisons.Leaf(scope, [d], seed: 2);
        double[] xs = Comparisons.Doubles(x.Span<float>());
        double[] weights = Comparisons.Doubles(weight.Span<float>());

        Tensor y = scope.RmsNorm(x, weight, Epsilon);

        double[] expected = new double[rows * d];
        RmsNormReference.Forward(xs, weights, Epsilon, expected);
        Comparisons.AssertWithin(expected, y, i => Numbers.Gamma(d + 8) * Math.Abs(expected[i]));

        double[] dY = Comparisons.Backward(scope, y, seed: 3);

        // Operands are at most 1, so a term of dX is at most r or r³, and one of dWeight at most r.
        double[] dX = new double[rows * d];
        double[] dWeight = new double[d];
        RmsNormReference.Backward(xs, weights, Epsilon, dY, dX, dWeight);
        double r = xs.Chunk(d).Max(row => 1 / Math.Sqrt((row.Sum(xi => xi * xi) / d) + Epsilon));
        Comparisons.AssertWithin(dX, x.Gradient!, _ => Numbers.Gamma(d + 16) * (r + (r * r * r)));
        Comparisons.AssertWithin(dWeight, weight.Gradient!, _ => Numbers.Gamma(rows + d + 8) * rows * r);
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Backward_AddsToTheGradient(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor x = Comparisons.Leaf(scope, [3, 19], seed: 1);
        Tensor weight = Comparisons.Leaf(scope, [19], seed: 2);
        Tensor twice = Comparisons.Leaf(scope, [3, 19], seed: 1);
        Tensor weightOfTwice = Comparisons.Leaf(scope, [19], seed: 2);

        Comparisons.Backward(scope, scope.RmsNorm(x, weight, Epsilon), seed: 3);
        Comparisons.Backward(scope, scope.RmsNorm(twice, weightOfTwice, Epsilon), seed: 3);
        Comparisons.Backward(scope, scope.RmsNorm(twice, weightOfTwice, Epsilon), seed: 3);

        double[] dX = [.. Comparisons.Doubles(x.Gradient!.Span<float>()).Select(g => 2 * g)];
        double[] dWeight = [.. Comparisons.Doubles(weight.Gradient!.Span<float>()).Select(g => 2 * g)];
        Comparisons.AssertWithin(dX, twice.Gradient!, _ => Numbers.Gamma(4) * 20);
        Comparisons.AssertWithin(dWeight, weightOfTwice.Gradient!, _ => Numbers.Gamma(4) * 20);
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Forward_GivesRowsOfUnitMeanSquare(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        Tensor ones = scope.From<float>([.. Enumerable.Repeat(1f, 1000)], [1000]);

        Tensor y = scope.RmsNorm(scope.From<float>(Numbers.Uniform(2000, seed: 1), [2, 1000]), ones, epsilon: 1e-30f);

        Assert.All(
            Comparisons.Doubles(y.Span<float>()).Chunk(1000),
            row => Assert.Equal(1, row.Average(yi => yi * yi), Numbers.Gamma(2 * 1008)));
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Weight_MayBeStoredShort(DType dtype)
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginRecording();
        Tensor weight = scope.Cast(scope.From<float>(Numbers.Uniform(40, seed: 1), [40]), dtype);
        Tensor x = Comparisons.Leaf(scope, [3, 40], seed: 2);
        Tensor other = Comparisons.Leaf(scope, [3, 40], seed: 2);

        Tensor y = scope.RmsNorm(x, weight, Epsilon);
        Tensor expected = scope.RmsNorm(other, scope.Cast(weight, DType.F32), Epsilon);

        Assert.Equal(Comparisons.Bits(expected), Comparisons.Bits(y));
        Comparisons.Backward(scope, scope.Add(y, expected), seed: 3);
        Assert.Equal(Comparisons.Bits(other.Gradient!), Comparisons.Bits(x.Gradient!));
    }

    [Fact]
    public void Row_DoesNotDependOnItsNeighbours()
    {
        using var backend = new CpuBackend(threads: 2);
        using Scope scope = backend.BeginScope();
        Tensor x = scope.From<float>(Numbers.Uniform(300 * 77, seed: 1), [300, 77]);
        Tensor weight = scope.From<float>(Numbers.Uniform(77, seed: 2), [77]);

        Tensor all = scope.RmsNorm(x, weight, Epsilon);
        Tensor one = scope.RmsNorm(scope.View(x, [1, 77], firstRow: 200), weight, Epsilon);

        Assert.Equal(Comparisons.Bits(scope.View(all, [1, 77], firstRow: 200)), Comparisons.Bits(one));
    }

    [Fact]
    public void ForwardAndBackward_DoNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor x = Comparisons.Leaf(scope, [1000, 300], seed: 1);
            Tensor weight = Comparisons.Leaf(scope, [300], seed: 2);
            Tensor y = scope.RmsNorm(x, weight, Epsilon);
            Comparisons.Backward(scope, y, seed: 3);
            return [y, x.Gradient!, weight.Gradient!];
        });
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        double[] x = FiniteDifferences.Uniform(3 * 5, seed: 1);
        double[] weight = FiniteDifferences.Uniform(5, seed: 2);
        double[] dY = FiniteDifferences.Uniform(3 * 5, seed: 3);
        double[] y = new double[3 * 5];
        double[] dX = new double[3 * 5];
        double[] dWeight = new double[5];

        RmsNormReference.Backward(x, weight, Epsilon, dY, dX, dWeight);

        FiniteDifferences.AssertMatch(x, Loss, dX);
        FiniteDifferences.AssertMatch(weight, Loss, dWeight);

        double Loss()
        {
            RmsNormReference.Forward(x, weight, Epsilon, y);
            return Comparisons.Dot(y, dY);
        }
    }

    [Fact]
    public void RmsNorm_NamesTheShapesAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(
            () => scope.RmsNorm(scope.Zeros([2, 3]), scope.Zeros([2]), Epsilon));

        Assert.Equal(
            "RmsNorm: weight is tensor F32 [2] but x is tensor F32 [2, 3], so weight must be floats [3]", exception.Message);
    }
}
