using System.Collections.Concurrent;

namespace Puyu.Tokenizers.Merging;

/// <summary>Lends scratch memory and caches to the threads that encode, one each.</summary>
/// <typeparam name="TWorker">What is lent.</typeparam>
/// <param name="make">Makes another when all are lent.</param>
internal sealed class WorkerPool<TWorker>(Func<TWorker> make)
    where TWorker : class
{
    private readonly ConcurrentBag<TWorker> _others = [];
    private TWorker? _first;

    /// <summary>Takes one; give it back by <see cref="Return"/>.</summary>
    public TWorker Rent()
    {
        TWorker? worker = Interlocked.Exchange(ref _first, null);
        return worker ?? (_others.TryTake(out TWorker? other) ? other : make());
    }

    /// <summary>Gives one back.</summary>
    public void Return(TWorker worker)
    {
        if (Interlocked.CompareExchange(ref _first, worker, null) is not null)
        {
            _others.Add(worker);
        }
    }
}
