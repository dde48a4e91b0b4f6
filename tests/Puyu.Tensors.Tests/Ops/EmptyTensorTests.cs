using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class EmptyTensorTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void EveryOp_TakesAMicroBatchWithoutTokens(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginRecording();
        Tensor table = Comparisons.Leaf(scope, [5, 6], seed: 1);
        Tensor weight = Comparisons.Leaf(scope, [6], seed: 2);

        Tensor x = scope.Embedding(table, scope.From<int>([], [0]));
        x = scope.RmsNorm(x, weight, epsilon: 1e-5f);
        x = scope.Checkpoint((inner, z) => inner.SwiGlu(z, inner.Scale(z, 2)), x);
        x = scope.Multiply(scope.Dropout(x, 0.5f, seed: 1, stream: 1), scope.Softmax(x));
        x = scope.Concat(scope.SliceColumns(x, 0, 2), scope.SliceColumns(x, 2, 4));
        x = scope.Cast(scope.Cast(scope.SliceRows(x, 0, 0), DType.F16), DType.F32);
        Tensor sum = scope.Sum(scope.Reshape(x, [0]));
        scope.Backward(sum);

        Assert.Equal(0, sum.Span<float>()[0]);
        Assert.Equal(new float[30], table.Gradient!.Span<float>().ToArray());
        Assert.Equal(new float[6], weight.Gradient!.Span<float>().ToArray());
    }
}
