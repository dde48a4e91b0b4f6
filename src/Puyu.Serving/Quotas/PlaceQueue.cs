namespace Puyu.Serving.Quotas;

/// <summary>A fixed number of places, and the requests that wait for them.</summary>
/// <remarks>
/// A free place is anybody's, so no place is idle while somebody waits. One that becomes free goes first to groups with
/// fewer places than are theirs, so that a crowd holds the others up for no longer than its requests run; then to
/// requests that have waited for half the time they may; then by priority, then to the first that came. May be shared
/// by threads.
/// </remarks>
/// <param name="places">Number of places.</param>
/// <param name="patience">How long a request waits.</param>
/// <param name="time">The clock.</param>
internal sealed class PlaceQueue(int places, TimeSpan patience, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<Waiter> _waiters = [];
    private int _running;

    /// <summary>Requests that wait for a place.</summary>
    public int Waiting
    {
        get
        {
            lock (_lock)
            {
                return _waiters.Count;
            }
        }
    }

    /// <summary>Requests that have one.</summary>
    public int Running
    {
        get
        {
            lock (_lock)
            {
                return _running;
            }
        }
    }

    /// <summary>Waits for a place, which <see cref="Leave"/> gives back.</summary>
    /// <param name="group">Whose place it is.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <returns>False where so many of the group wait that no more may.</returns>
    /// <exception cref="TimeoutException">There was no place in time.</exception>
    public async Task<bool> EnterAsync(GroupQuota group, CancellationToken cancellation)
    {
        Waiter waiter;
        lock (_lock)
        {
            if (_running < places)
            {
                _running++;
                group.Running++;
                return true;
            }

            if (group.Waiting >= group.MaxWaiting)
            {
                return false;
            }

            waiter = new Waiter(group, time.GetTimestamp());
            _waiters.Add(waiter);
            group.Waiting++;
        }

        try
        {
            await waiter.Entry.Task.WaitAsync(patience, time, cancellation);
        }
        catch (Exception failure) when (failure is TimeoutException or OperationCanceledException)
        {
            GiveUp(waiter);
            throw;
        }

        return true;
    }

    /// <summary>Gives a place back.</summary>
    public void Leave(GroupQuota group)
    {
        lock (_lock)
        {
            group.Running--;
            if (Next() is not { } next)
            {
                _running--;
                return;
            }

            _waiters.Remove(next);
            next.Group.Waiting--;
            next.Group.Running++;
            next.Entry.SetResult();
        }
    }

    private void GiveUp(Waiter waiter)
    {
        bool waited;
        lock (_lock)
        {
            waited = _waiters.Remove(waiter);
            waiter.Group.Waiting -= waited ? 1 : 0;
        }

        // It got its place while it gave up.
        if (!waited)
        {
            Leave(waiter.Group);
        }
    }

    private Waiter? Next()
    {
        long now = time.GetTimestamp();
        return _waiters.MaxBy(waiter => (
            waiter.Group.Running < waiter.Group.Places,
            time.GetElapsedTime(waiter.Since, now) >= patience / 2,
            time.GetElapsedTime(waiter.Since, now) >= patience / 2 ? 0 : waiter.Group.Priority));
    }

    private sealed class Waiter(GroupQuota group, long since)
    {
        public GroupQuota Group => group;

        public long Since => since;

        public TaskCompletionSource Entry { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
