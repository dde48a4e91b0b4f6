using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class CheckpointTests
{
    private const int Rows = 64;
    private const int Width = 96;
    private const int Blocks = 6;

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Gradients_HaveTheSameBits_AsWithout(string name)
    {
        using Backend backend = AllBackends.Create(name);

        (int[][] without, _) = Gradients(backend, checkpoints: false);
        (int[][] with, _) = Gradients(backend, checkpoints: true);

        Assert.Equal(without, with);
    }

    [Fact]
    public void Peak_IsLower_ThanWithout()
    {
        using var backend = new CpuBackend(threads: 1);

        (_, long without) = Gradients(backend, checkpoints: false);
        (_, long with) = Gradients(backend, checkpoints: true);

        // Five results a block are kept without, one with it, and those of one block at a time.
        Assert.InRange(with, 1, without / 2);
    }

    [Fact]
    public void Checkpoints_Nest()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginRecording();
        Tensor x = scope.From<float>([3], [1]);
        x.RequiresGradient = true;

        Tensor y = scope.Checkpoint(
            (outer, input) => outer.Multiply(outer.Checkpoint((inner, z) => inner.Multiply(z, z), input), input), x);
        Assert.Equal(27, y.Span<float>()[0]);
        scope.Backward(y);

        Assert.Equal(27, x.Gradient!.Span<float>()[0]);
    }

    [Fact]
    public void Parameter_WithoutGradient_GetsOneThatOutlivesTheBlock()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope parameters = backend.BeginScope();
        Tensor weight = parameters.From<float>([5], [1]);
        weight.RequiresGradient = true;
        using (Scope scope = backend.BeginRecording())
        {
            Tensor x = scope.From<float>([3], [1]);
            scope.Backward(scope.Checkpoint((inner, z) => inner.Multiply(z, weight), x));
        }

        Assert.Equal(3, weight.Gradient!.Span<float>()[0]);
    }

    [Fact]
    public void Checkpoint_RefusesABlockThatMakesNothing()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginRecording();

        Assert.Throws<InvalidOperationException>(() => scope.Checkpoint((_, x) => x, scope.Zeros([1])));
    }

    private static (int[][] Gradients, long PeakBytes) Gradients(Backend backend, bool checkpoints)
    {
        using Scope parameters = backend.BeginScope();
        Tensor x = Comparisons.Leaf(parameters, [Rows, Width], seed: 1);
        Tensor[] weights = [.. Enumerable.Range(0, Blocks).Select(
            block => Comparisons.Leaf(parameters, [Width], seed: 2 + (ulong)block))];
        foreach (Tensor parameter in weights.Append(x))
        {
            parameter.Gradient = parameters.Zeros(parameter.Shape);
        }

        backend.Memory.ResetPeak();
        using Scope scope = backend.BeginRecording();
        Tensor y = x;
        for (int block = 0; block < Blocks; block++)
        {
            ulong stream = (ulong)block;
            Tensor weight = weights[block];
            y = checkpoints ? scope.Checkpoint(Block, y) : Block(scope, y);

            Tensor Block(Scope inner, Tensor input)
            {
                Tensor normal = inner.RmsNorm(input, weight, epsilon: 1e-5f);
                Tensor active = inner.SwiGlu(normal, inner.Scale(normal, 3));
                return inner.Add(input, inner.Dropout(active, 0.1f, seed: 1, stream));
            }
        }

        // The input of the last block is used twice outside of it too: its gradient is added to from both sides.
        scope.Backward(scope.Mean(scope.Multiply(y, y)));
        return ([.. weights.Append(x).Select(parameter => Comparisons.Bits(parameter.Gradient!))], backend.Memory.PeakBytes);
    }
}
