namespace Puyu.Tensors.Tests;

public class ScopeTests
{
    [Fact]
    public void Dispose_FreesWhatWasNotReturned()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope outer = backend.BeginScope();
        Tensor kept;
        Tensor freed;
        using (Scope inner = outer.Begin())
        {
            freed = inner.Zeros([1000]);
            kept = inner.Return(inner.From<float>([1, 2, 3], [3]));
        }

        Assert.Throws<ObjectDisposedException>(() => freed.Span<float>().Length);
        Assert.Equal([1, 2, 3], kept.Span<float>().ToArray());
        Assert.Equal(64, backend.Memory.LiveBytes);
    }

    [Fact]
    public void Return_Throws_WhenNothingEnclosesTheScope()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        Tensor x = scope.Zeros([1]);

        Assert.Throws<InvalidOperationException>(() => scope.Return(x));
    }

    [Fact]
    public void Step_AllocatesNothingOnTheManagedHeap_AfterWarmUp()
    {
        using var backend = new CpuBackend(threads: 2);
        using Scope parameters = backend.BeginScope();
        Tensor weight = parameters.Zeros([1]);
        (weight.RequiresGradient, weight.Gradient) = (true, parameters.Zeros([1]));
        Step();
        Step();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            using Scope scope = backend.BeginRecording();
            Tensor y = scope.Add(scope.Add(weight, weight), scope.Zeros([1]));
            scope.Backward(y);
        }
    }

    [Fact]
    public void MetaBackend_CountsTheSameBytes_AsOneThatComputes()
    {
        using var meta = new MetaBackend();
        using var cpu = new CpuBackend(threads: 1);

        Assert.Equal(PeakOf(cpu), PeakOf(meta));

        static long PeakOf(Backend backend)
        {
            using Scope scope = backend.BeginRecording();
            Tensor x = scope.Zeros([100_000]);
            Tensor y = scope.Add(scope.Add(x, x), x);
            scope.Release(y);
            return backend.Memory.PeakBytes;
        }
    }

    [Fact]
    public void MarkZero_ReadsAsZeros()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        Tensor x = scope.From<float>([1, 2], [2]);

        x.MarkZero();

        Assert.Equal([0, 0], x.Span<float>().ToArray());
    }

    [Fact]
    public void ToScalar_ReadsTheOneElement()
    {
        using var backend = new CpuBackend(threads: 1);
        using var meta = new MetaBackend();
        using Scope scope = backend.BeginScope();
        using Scope metaScope = meta.BeginScope();

        Assert.Equal(2.5f, scope.From<float>([2.5f], [1]).ToScalar());
        Assert.Equal(0, metaScope.From<float>([2.5f], [1]).ToScalar());
        Assert.Equal(
            "ToScalar: tensor F32 [2] must be F32 and have one element",
            Assert.Throws<ShapeException>(() => scope.Zeros([2]).ToScalar()).Message);
    }
}
