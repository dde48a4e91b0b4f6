using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Puyu.Tensors.Threads;

/// <summary>
/// A persistent team of threads. <see cref="ForEach"/> splits work into pieces that the caller and the team take in
/// turn; it allocates nothing. What a piece computes must not depend on who does it or on how many there are.
/// </summary>
/// <remarks>
/// Between jobs a worker spins for a while, since the next op of a step follows within microseconds, and then parks.
/// One thread at a time may call <see cref="ForEach"/>.
/// </remarks>
internal sealed unsafe class Workers : IDisposable
{
    private const int Patience = 2000;

    private readonly Thread[] _team;
    private readonly int _spinsBeforeParking;
    private readonly SemaphoreSlim[] _wake;
    private readonly int[] _isParked;
    private readonly SemaphoreSlim _done = new(0);

    private volatile int _epoch;
    private volatile int _busy;
    private volatile int _callerParked;
    private volatile bool _isStopping;
    private ExceptionDispatchInfo? _failure;

    private void* _job;
    private delegate*<void*, int, int, void> _execute;
    private int _pieces;
    private int _next;

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

        // The job stays where it is: this method does not return before everybody is done with it.
        fixed (void* pinned = &Unsafe.As<TJob, byte>(ref job))
        {
            _job = pinned;
            _execute = &Invoke<TJob>;
            _pieces = pieces;
            _next = 0;
            _busy = _team.Length;
            Interlocked.Increment(ref _epoch);
            WakeParked();
            TakePieces(worker: 0);
            WaitForTeam();
        }

        ExceptionDispatchInfo? failure = _failure;
        _failure = null;
        failure?.Throw();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _isStopping = true;
        Interlocked.Increment(ref _epoch);
        WakeParked();
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

    private void Work(int worker)
    {
        int seen = 0;
        while (true)
        {
            WaitForWork(worker, seen);
            if (_isStopping)
            {
                return;
            }

            seen = _epoch;
            TakePieces(worker);
            if (Interlocked.Decrement(ref _busy) == 0 && Interlocked.Exchange(ref _callerParked, 0) == 1)
            {
                _done.Release();
            }
        }
    }

    private void TakePieces(int worker)
    {
        try
        {
            for (int piece = Interlocked.Increment(ref _next) - 1; piece < _pieces;
                piece = Interlocked.Increment(ref _next) - 1)
            {
                _execute(_job, piece, worker);
            }
        }
        catch (Exception exception) when (Note(exception))
        {
            // Rethrown to the caller of ForEach, which must not return while others still work.
        }
    }

    private bool Note(Exception exception)
    {
        Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        return true;
    }

    /// <summary>
    /// Waits until the epoch has moved on. Whoever takes the parking mark back decides: the waker by waking, or the
    /// worker itself, so that no wake-up is left over for a later job.
    /// </summary>
    private void WaitForWork(int worker, int seen)
    {
        for (int spin = 0; spin < _spinsBeforeParking; spin++)
        {
            if (_epoch != seen)
            {
                return;
            }

            Thread.SpinWait(20);
        }

        while (_epoch == seen)
        {
            Interlocked.Exchange(ref _isParked[worker], 1);
            if (_epoch != seen && Interlocked.Exchange(ref _isParked[worker], 0) == 1)
            {
                return;
            }

            _wake[worker].Wait();
        }
    }

    private void WakeParked()
    {
        for (int worker = 1; worker < Threads; worker++)
        {
            if (Interlocked.Exchange(ref _isParked[worker], 0) == 1)
            {
                _wake[worker].Release();
            }
        }
    }

    private void WaitForTeam()
    {
        for (int spin = 0; spin < _spinsBeforeParking; spin++)
        {
            if (_busy == 0)
            {
                return;
            }

            Thread.SpinWait(20);
        }

        Interlocked.Exchange(ref _callerParked, 1);
        if (_busy == 0 && Interlocked.Exchange(ref _callerParked, 0) == 1)
        {
            return;
        }

        _done.Wait();
    }
}
