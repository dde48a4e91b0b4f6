using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class ReshapeTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Reshape_SharesMemory_AndPassesTheGradient(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor x = Comparisons.Leaf(scope, [2, 3], seed: 1);

        Tensor y = scope.Reshape(x, [3, 2]);
        Assert.Equal(Comparisons.Bits(x), Comparisons.Bits(y));
        double[] dY = Comparisons.Backward(scope, y, seed: 2);

        Assert.Equal(x.Shape, x.Gradient!.Shape);
        Assert.Equal(dY, Comparisons.Doubles(x.Gradient!.Span<float>()));
    }

    [Fact]
    public void Reshape_NamesTheShapesAtFault()
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(() => scope.Reshape(scope.Zeros([2, 3]), [5]));

        Assert.Equal("Reshape: tensor F32 [2, 3] has 6 elements but [5] has 5", exception.Message);
    }
}
