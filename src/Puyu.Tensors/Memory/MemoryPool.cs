using System.Numerics;

namespace Puyu.Tensors.Memory;

/// <summary>
/// Hands out blocks and keeps returned ones for the next request of their size, so that after the first step nothing
/// is asked of the operating system.
/// </summary>
/// <remarks>
/// Sizes are rounded up to eighths of a power of two (at most 12.5 % more), so that requests of nearly equal size share
/// blocks. Used by one thread at a time, like the backend it belongs to.
/// </remarks>
public sealed class MemoryPool
{
    private const long SmallestClass = 64;

    private readonly Dictionary<long, Stack<Storage>> _free = [];
    private readonly Stack<Storage> _spareHeaders = new();
    private readonly Func<long, nint> _reserve;
    private readonly Action<nint, long> _release;

    internal MemoryPool(Func<long, nint> reserve, Action<nint, long> release)
    {
        _reserve = reserve;
        _release = release;
    }

    /// <summary>Bytes in use by tensors.</summary>
    public long LiveBytes { get; private set; }

    /// <summary>The most <see cref="LiveBytes"/> has been since <see cref="ResetPeak"/>.</summary>
    public long PeakBytes { get; private set; }

    /// <summary>Bytes held from the operating system: live and kept for reuse.</summary>
    public long ReservedBytes { get; private set; }

    /// <summary>Starts a new measurement of <see cref="PeakBytes"/>.</summary>
    public void ResetPeak() => PeakBytes = LiveBytes;

    /// <summary>Gives every block that is kept for reuse back to the operating system.</summary>
    public void Trim()
    {
        foreach ((long bytes, Stack<Storage> blocks) in _free)
        {
            while (blocks.TryPop(out Storage? storage))
            {
                _release(storage.Pointer, bytes);
                ReservedBytes -= bytes;
                _spareHeaders.Push(storage);
            }
        }
    }

    /// <summary>A block for tensors.</summary>
    internal Storage Rent(long bytes)
    {
        Storage storage = Take(bytes);
        LiveBytes += storage.Bytes;
        PeakBytes = Math.Max(PeakBytes, LiveBytes);
        return storage;
    }

    /// <summary>
    /// A block for a kernel's work space, which depends on processor and threads: not counted as in use, so that those
    /// counts are the same on every machine and on shapes alone.
    /// </summary>
    internal Storage RentScratch(long bytes)
    {
        Storage storage = Take(bytes);
        storage.IsScratch = true;
        return storage;
    }

    private Storage Take(long bytes)
    {
        long size = SizeClass(bytes);
        Storage storage;
        if (_free.TryGetValue(size, out Stack<Storage>? blocks) && blocks.TryPop(out Storage? kept))
        {
            storage = kept;
        }
        else
        {
            storage = _spareHeaders.TryPop(out Storage? header) ? header : new Storage();
            storage.Pointer = _reserve(size);
            storage.Bytes = size;
            storage.Pool = this;
            ReservedBytes += size;
        }

        storage.References = 1;
        storage.IsScratch = false;
        return storage;
    }

    internal void Return(Storage storage)
    {
        LiveBytes -= storage.IsScratch ? 0 : storage.Bytes;
        if (!_free.TryGetValue(storage.Bytes, out Stack<Storage>? blocks))
        {
            _free[storage.Bytes] = blocks = new Stack<Storage>();
        }

        blocks.Push(storage);
    }

    /// <summary>The smallest (8 + i) · 2ᵏ that is at least <paramref name="bytes"/>, and at least 64.</summary>
    internal static long SizeClass(long bytes)
    {
        if (bytes <= SmallestClass)
        {
            return SmallestClass;
        }

        long step = Math.Max(SmallestClass, 1L << (BitOperations.Log2((ulong)(bytes - 1)) - 3));
        return (bytes + step - 1) / step * step;
    }
}
