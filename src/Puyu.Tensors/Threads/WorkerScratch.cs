using Puyu.Tensors.Memory;

namespace Puyu.Tensors.Threads;

/// <summary>
/// One native buffer a worker, grown on demand and kept, for what a piece of work needs only while it runs. A piece
/// asks once for all it needs: asking again may move the buffer, and what a callee asks for is the same memory.
/// </summary>
/// <param name="workers">Number of workers.</param>
internal sealed unsafe class WorkerScratch(int workers) : IDisposable
{
    private readonly nint[] _blocks = new nint[workers];
    private readonly long[] _bytes = new long[workers];

    /// <summary>The buffer of a worker: 64-byte aligned, content undefined. Called by that worker only.</summary>
    /// <param name="worker">As given to <see cref="IJob.Execute"/>.</param>
    /// <param name="bytes">The least it must hold.</param>
    public byte* For(int worker, long bytes)
    {
        if (_bytes[worker] < bytes)
        {
            NativeBlocks.Release(_blocks[worker]);
            (_blocks[worker], _bytes[worker]) = (0, 0);
            long size = MemoryPool.SizeClass(bytes);
            _blocks[worker] = NativeBlocks.Reserve(size);
            _bytes[worker] = size;
        }

        return (byte*)_blocks[worker];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        for (int worker = 0; worker < _blocks.Length; worker++)
        {
            NativeBlocks.Release(_blocks[worker]);
            (_blocks[worker], _bytes[worker]) = (0, 0);
        }
    }
}
