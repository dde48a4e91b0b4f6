namespace Puyu.Data.Deduplication;

/// <summary>Merges sorted streams into one.</summary>
internal static class SortedMerge
{
    /// <summary>All items of all streams, in ascending order.</summary>
    public static IEnumerable<T> Of<T>(IReadOnlyList<IEnumerable<T>> streams)
        where T : IComparable<T>
    {
        var queue = new PriorityQueue<IEnumerator<T>, T>(streams.Count);
        try
        {
            foreach (IEnumerable<T> stream in streams)
            {
                IEnumerator<T> items = stream.GetEnumerator();
                if (items.MoveNext())
                {
                    queue.Enqueue(items, items.Current);
                }
                else
                {
                    items.Dispose();
                }
            }

            while (queue.TryPeek(out IEnumerator<T>? least, out T? item))
            {
                yield return item;
                if (least.MoveNext())
                {
                    queue.DequeueEnqueue(least, least.Current);
                }
                else
                {
                    queue.Dequeue().Dispose();
                }
            }
        }
        finally
        {
            foreach ((IEnumerator<T> items, _) in queue.UnorderedItems)
            {
                items.Dispose();
            }
        }
    }
}
