using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Puyu.Tensors.Threads;

/// <summary>
/// A persistent team of threads. <see cref="ForEach"/> splits work into pieces that the caller and the team take in
/// turn; it allocates nothing. What a piece computes must not depend on who does it or on how many there are.
/// </summary>
/// <remarks>
/// <para>
/// A job is over when its pieces are done, whoever did them: a worker whose processor is busy elsewhere holds up a
/// piece that it has begun, but none that it has not. Number of the job and next piece are one word, so that a worker
/// who comes late cannot take a piece of a job that is over, nor do one of the next with what it knows of the last.
/// </para>
/// <para>
/// Between jobs a worker spins for a while, since the next op of a step follows within microseconds, and then parks.
/// One thread at a time may call <see cref="ForEach"/>.
/// </para>
/// </remarks>
internal sealed unsafe class Workers : IDisposable
{
    /// <summary>Looks before parking, some 40 ns apart: longer than ops are apart, shorter than a time slice.</summary>
    private const int Patience = 4000;

    /// <summary>No piece: above all that there are.</summary>
    private const int Closed = int.MaxValue;

    private readonly Thread[] _team;
    private readonly int _spinsBeforeParking;
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _isParked;
    private readonly SemaphoreSlim _done = new(0);

    private volatile bool _isStopping;
    private ExceptionDispatchInfo? _failure;

    private void* _job;
    private delegate*<void*, int, int, void> _execute;
    private int _pieces;

    /// <summary>
    /// Number of the job in the upper half; in the lower its next piece, or <see cref="Closed"/> while another is
    /// prepared.
    /// </summary>
    private long _next;
    private int _unfinished;
    private int _callerParked;

    /// <param name="threads">Workers, the caller included; at least 1.</param>
    public Workers(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;

        // Where threads outnumber processors, spinning takes the time of those that have work.
        _spinsBeforeParking = threads <= Environment.ProcessorCount ? Patience : 0;
        _team = new Thread[threads - 1];
        _wake = [.. Enumerable.Range(0, threads).Select(_ => new SemaphoreSlim(0))];
        _isParked = new int[threads];
        for (int i = 0; i < _team.Length; i++)
        {
            int worker = i + 1;
            _team[i] = new Thread(() => Work(worker)) { IsBackground = true, Name = $"puyu worker {worker}" };
            _team[i].Start();
        }
    }

    /// <summary>Workers, the caller included.</summary>
    public int Threads { get; }

    private int JobNumber => (int)(Volatile.Read(ref _next) >> 32);

    /// <summary>Does pieces 0 to <paramref name="pieces"/> − 1 of a job and returns when all are done.</summary>
    public void ForEach<TJob>(int pieces, ref TJob job)
        where TJob : struct, IJob
    {
        if (_team.Length == 0 || pieces <= 1)
        {
            for (int piece = 0; piece < pieces; piece++)
            {
                job.Execute(piece, worker: 0);
            }

            return;
        }

        // The job stays where it is: this method does not return before its last piece is done.
        fixed (void* pinned = &Unsafe.As<TJob, byte>(ref job))
        {
            Close();
            _job = pinned;
            _execute = &Invoke<TJob>;
            _pieces = pieces;
            _unfinished = pieces;
            Announce();
            TakePieces(JobNumber, worker: 0);
            WaitForTeam();
        }

        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Close();
        _isStopping = true;
        _pieces = 0;
        Announce();
        foreach (Thread thread in _team)
        {
            thread.Join();
        }

        _done.Dispose();
        foreach (SemaphoreSlim wake in _wake)
        {
            wake.Dispose();
        }
    }

    private static void Invoke<TJob>(void* job, int piece, int worker)
        where TJob : struct, IJob
    {
        Unsafe.AsRef<TJob>(job).Execute(piece, worker);
    }

    /// <summary>
    /// Lets nobody take a piece before <see cref="Announce"/>: a worker that still looks at the job that is over would
    /// compare its next piece with the number of those of the job that is being written.
    /// </summary>
    private void Close() => Interlocked.Exchange(ref _next, ((long)JobNumber << 32) | Closed);

    /// <summary>Publishes what was written of the next job.</summary>
    private void Announce()
    {
        Volatile.Write(ref _next, (long)(JobNumber + 1) << 32);
        Interlocked.MemoryBarrier();
        for (int worker = 1; worker < Threads; worker++)
        {
            if (Volatile.Read(ref _isParked[worker]) == 1 && Interlocked.Exchange(ref _isParked[worker], 0) == 1)
            {
                _wake[worker].Release();
            }
        }
    }

    private void Work(int worker)
    {
        int seen = 0;
        while (true)
        {
            seen = WaitForWork(worker, seen);
            if (_isStopping)
            {
                return;
            }

            TakePieces(seen, worker);
        }
    }

    private void TakePieces(int number, int worker)
    {
        while (true)
        {
            long next = Volatile.Read(ref _next);
            int piece = (int)next;
            if ((int)(next >> 32) != number || piece >= _pieces)
            {
                return;
            }

            if (Interlocked.CompareExchange(ref _next, next + 1, next) != next)
            {
                continue;
            }

            try
            {
                _execute(_job, piece, worker);
            }
            catch (Exception exception) when (Note(exception))
            {
                // Rethrown to the caller of ForEach, which must not return while others still work.
            }

            if (Interlocked.Decrement(ref _unfinished) == 0 && Interlocked.Exchange(ref _callerParked, 0) == 1)
            {
                _done.Release();
            }
        }
    }

    private bool Note(Exception exception)
    {
        Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        return true;
    }

    /// <summary>
    /// Waits until the number of the job has moved on. Whoever takes the parking mark back decides: the waker by
    /// waking, or the worker itself, so that no wake-up is left over for a later job.
    /// </summary>
    private int WaitForWork(int worker, int seen)
    {
        for (int spin = 0; spin < _spinsBeforeParking; spin++)
        {
            if (JobNumber != seen)
            {
                return JobNumber;
            }

            Thread.SpinWait(1);
        }

        while (JobNumber == seen)
        {
            Interlocked.Exchange(ref _isParked[worker], 1);
            if (JobNumber != seen && Interlocked.Exchange(ref _isParked[worker], 0) == 1)
            {
                break;
            }

            _wake[worker].Wait();
        }

        return JobNumber;
    }

    private void WaitForTeam()
    {
        for (int spin = 0; spin < _spinsBeforeParking; spin++)
        {
            if (Volatile.Read(ref _unfinished) == 0)
            {
                return;
            }

            Thread.SpinWait(1);
        }

        // The mark may be taken by a worker that finished the last job and comes to it late, so look again.
        while (Volatile.Read(ref _unfinished) != 0)
        {
            Interlocked.Exchange(ref _callerParked, 1);
            if (Volatile.Read(ref _unfinished) == 0 && Interlocked.Exchange(ref _callerParked, 0) == 1)
            {
                return;
            }

            _done.Wait();
        }
    }
}
