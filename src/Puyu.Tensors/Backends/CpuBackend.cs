using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>Vector kernels on a team of threads. Results do not depend on the number of threads.</summary>
/// <param name="threads">Threads that compute, the caller's included; at least 1.</param>
public sealed partial class CpuBackend(int threads) : HostBackend
{
    /// <summary>One thread for every processor the process may use.</summary>
    public CpuBackend()
        : this(Environment.ProcessorCount)
    {
    }

    /// <inheritdoc/>
    public override string Name => "cpu";

    /// <summary>Threads that compute.</summary>
    public int Threads => Workers.Threads;

    internal Workers Workers { get; } = new(threads);

    private protected override void Close() => Workers.Dispose();
}
