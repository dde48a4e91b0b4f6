namespace Puyu.Tensors.Tests.Ops;

public class AllocationTests
{
    private const int Tokens = 300;
    private const int Width = 260;

    private static readonly Func<Scope, Tensor, Tensor> _block = (scope, x) => scope.SwiGlu(x, scope.Scale(x, 2));

    [Fact]
    public void EveryOp_AllocatesNothingOnTheManagedHeap_AfterWarmUp()
    {
        using var backend = new CpuBackend(threads: 2);
        using Scope parameters = backend.BeginScope();
        Tensor table = Parameter([50, Width]);
        Tensor weight = Parameter([Width]);
        Tensor m = parameters.Zeros(table.Shape);
        Tensor v = parameters.Zeros(table.Shape);
        Tensor copy = parameters.Empty(table.Shape, DType.BF16);
        Tensor tokenIds = parameters.From<int>(new int[Tokens], [Tokens]);
        Step();
        Step();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            using Scope scope = backend.BeginRecording();
            Tensor x = scope.Embedding(table, tokenIds);
            x = scope.RmsNorm(x, weight, epsilon: 1e-5f);
            x = scope.Dropout(scope.Checkpoint(_block, x), 0.5f, seed: 1, stream: 1);
            x = scope.Cast(scope.Cast(x, DType.BF16), DType.F32);
            x = scope.Multiply(scope.Softmax(x), x);
            x = scope.Concat(scope.SliceColumns(x, 0, 100), scope.SliceColumns(x, 100, 160));
            x = scope.SliceRows(scope.Reshape(x, [Tokens * 2, Width / 2]), 1, 400);
            scope.Backward(scope.Add(scope.Mean(x), scope.Sum(x)));

            Assert.Null(backend.FirstNonFinite(table.Gradient!));
            double norm = Math.Sqrt(backend.SumOfSquares(table.Gradient!));
            backend.AdamW(table, table.Gradient!, m, v, new AdamWStep(1e-3, 0.9, 0.95, 1e-8, 0, 1, 1, 1 / norm), copy);
        }

        Tensor Parameter(Shape shape)
        {
            Tensor parameter = parameters.From<float>(Numbers.Uniform((int)shape.Count, seed: 1), shape);
            (parameter.RequiresGradient, parameter.Gradient) = (true, parameters.Zeros(shape));
            return parameter;
        }
    }
}
