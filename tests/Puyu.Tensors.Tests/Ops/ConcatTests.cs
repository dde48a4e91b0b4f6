using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class ConcatTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Concat_PutsSideBySide_AndTakesTheGradientApart(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor a = Comparisons.Leaf(scope, [2, 1], seed: 1);
        Tensor b = Comparisons.Leaf(scope, [2, 2], seed: 2);
        float[] aValues = a.Span<float>().ToArray();
        float[] bValues = b.Span<float>().ToArray();

        Tensor y = scope.Concat(a, b, a);
        float[] elements = y.Span<float>().ToArray();
        scope.Backward(y, scope.From<float>([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]));

        Assert.Equal(
            [aValues[0], bValues[0], bValues[1], aValues[0], aValues[1], bValues[2], bValues[3], aValues[1]], elements);
        Assert.Equal([1 + 4, 5 + 8], a.Gradient!.Span<float>().ToArray());
        Assert.Equal([2, 3, 6, 7], b.Gradient!.Span<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Concat_UndoesSliceColumns(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        Tensor x = Comparisons.Leaf(scope, [3, 50, 700], seed: 1);

        Tensor y = scope.Concat(scope.SliceColumns(x, 0, 133), scope.SliceColumns(x, 133, 567));

        Assert.Equal(x.Shape, y.Shape);
        Assert.Equal(Comparisons.Bits(x), Comparisons.Bits(y));
    }

    [Fact]
    public void ConcatAndSlice_DoNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor x = Comparisons.Leaf(scope, [500, 301], seed: 1);
            Tensor y = scope.Concat(scope.SliceColumns(x, 0, 133), scope.SliceColumns(x, 50, 200));
            Comparisons.Backward(scope, y, seed: 2);
            return [y, x.Gradient!];
        });
    }

    [Fact]
    public void Concat_NamesTheShapesAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(
            () => scope.Concat(scope.Zeros([2, 3]), scope.Zeros([3, 3])));

        Assert.Equal(
            "Concat: tensor F32 [3, 3] does not fit beside tensor F32 [2, 3]: all but the last dimension must agree",
            exception.Message);
    }
}
