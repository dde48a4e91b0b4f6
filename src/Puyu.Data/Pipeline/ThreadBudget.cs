namespace Puyu.Data.Pipeline;

/// <summary>
/// The threads of a run. Each part at work holds one; while there are more threads than parts, the others help with
/// what parts hand out, so that one big part is not worked by one thread alone.
/// </summary>
/// <param name="threads">How many; positive.</param>
internal sealed class ThreadBudget(int threads) : IDisposable
{
    /// <summary>Results that may wait for one before them.</summary>
    private const int MostAhead = 16;

    private readonly SemaphoreSlim _free = new(threads, threads);

    /// <summary>Holds a thread while a part is worked.</summary>
    public void Hold(Action work, CancellationToken cancellationToken)
    {
        _free.Wait(cancellationToken);
        try
        {
            work();
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>
    /// Maps items on the caller's thread and on whatever threads are free at that moment.
    /// </summary>
    /// <param name="items">Read by the caller's thread.</param>
    /// <param name="map">Called by several threads at once.</param>
    /// <returns>The results in the order of the items, whichever thread made them.</returns>
    public IEnumerable<TResult> InOrder<TItem, TResult>(IEnumerable<TItem> items, Func<TItem, TResult> map)
    {
        var ahead = new Queue<Task<TResult>>();
        try
        {
            foreach (TItem item in items)
            {
                ahead.Enqueue(ahead.Count < MostAhead && _free.Wait(0)
                    ? Task.Run(() => MapAndRelease(item, map))
                    : Task.FromResult(map(item)));
                while (ahead.Count > MostAhead || (ahead.Count > 0 && ahead.Peek().IsCompleted))
                {
                    yield return ahead.Dequeue().GetAwaiter().GetResult();
                }
            }

            while (ahead.Count > 0)
            {
                yield return ahead.Dequeue().GetAwaiter().GetResult();
            }
        }
        finally
        {
            // After a failure nobody takes these results, but their threads are not given back before they are done.
            Task.WhenAll(ahead).ContinueWith(
                static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default).Wait(CancellationToken.None);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _free.Dispose();

    private TResult MapAndRelease<TItem, TResult>(TItem item, Func<TItem, TResult> map)
    {
        try
        {
            return map(item);
        }
        finally
        {
            _free.Release();
        }
    }
}
