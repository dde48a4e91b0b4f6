using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class EmbeddingTests
{
    private static readonly int[] _tokenIds = [2, 0, 4, 2, 2];

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Forward_TakesTheRows_InEveryStorageType(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        foreach (DType dtype in (DType[])[DType.F32, DType.BF16, DType.F16])
        {
            // Multiples of 1/8 below 8 are exact in every storage type.
            float[] weight = [.. Enumerable.Range(0, 5 * 13).Select(i => i / 8f)];
            Tensor stored = scope.Cast(scope.From<float>(weight, [5, 13]), dtype);

            Tensor y = scope.Embedding(stored, scope.From<int>(_tokenIds, [5]));

            Assert.Equal(_tokenIds.SelectMany(id => weight[(id * 13)..((id + 1) * 13)]), y.Span<float>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Backward_AddsUpTheTokensOfARow(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int d in (int[])[1, 13, 128, 301])
        {
            using Scope scope = backend.BeginRecording();
            Tensor weight = Comparisons.Leaf(scope, [5, d], seed: 1);
            Tensor y = scope.Embedding(weight, scope.From<int>(_tokenIds, [5]));

            double[] dY = Comparisons.Backward(scope, y, seed: 2);

            double[] expected = new double[5 * d];
            EmbeddingReference.Backward(_tokenIds, dY, expected);
            Comparisons.AssertWithin(expected, weight.Gradient!, _ => 3 * Numbers.Gamma(3));
        }
    }

    [Fact]
    public void Backward_DoesNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor weight = Comparisons.Leaf(scope, [7, 300], seed: 1);
            int[] tokenIds = [.. Enumerable.Range(0, 1000).Select(t => t * t % 7)];
            Tensor y = scope.Embedding(weight, scope.From<int>(tokenIds, [1000]));
            Comparisons.Backward(scope, y, seed: 2);
            return [weight.Gradient!];
        });
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        double[] weight = FiniteDifferences.Uniform(5 * 3, seed: 1);
        double[] dY = FiniteDifferences.Uniform(5 * 3, seed: 2);
        double[] y = new double[5 * 3];
        double[] dWeight = new double[5 * 3];

        EmbeddingReference.Backward(_tokenIds, dY, dWeight);

        FiniteDifferences.AssertMatch(weight, Loss, dWeight);

        double Loss()
        {
            EmbeddingReference.Forward(weight, _tokenIds, y);
            return Comparisons.Dot(y, dY);
        }
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(5)]
    public void Embedding_NamesTheTokenAtFault(int tokenId)
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();

        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(
            () => scope.Embedding(scope.Zeros([5, 2]), scope.From<int>([0, tokenId], [2])));

        Assert.StartsWith($"Embedding: tokenIds[1] is {tokenId} but must be in [0, 5)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Embedding_NamesTheShapesAtFault()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(
            () => scope.Embedding(scope.Zeros([5, 2]), scope.Zeros([3])));

        Assert.Equal("Embedding: tokenIds is tensor F32 [3] but must be I32 [T]", exception.Message);
    }
}
