namespace Puyu.Data.Audit;

/// <summary>
/// Keeps of each group of documents those with the least keys: a sample that depends on the documents alone, not on
/// their order, parts or threads.
/// </summary>
/// <param name="count">How many of each group; positive.</param>
internal sealed class LeastKeys<TGroup, TItem>(int count)
    where TGroup : notnull
{
    private readonly Dictionary<TGroup, SortedList<UInt128, TItem>> _groups = [];

    /// <summary>Offers a document.</summary>
    /// <returns>Whether its key is among the least of its group so far.</returns>
    public bool Offer(TGroup group, UInt128 key, TItem item)
    {
        if (!_groups.TryGetValue(group, out SortedList<UInt128, TItem>? least))
        {
            _groups.Add(group, least = new SortedList<UInt128, TItem>(count + 1));
        }

        if (least.Count == count && key >= least.Keys[^1])
        {
            return false;
        }

        least[key] = item;
        if (least.Count > count)
        {
            least.RemoveAt(count);
        }

        return true;
    }

    /// <summary>What was kept of each group, in ascending order of the keys.</summary>
    public IEnumerable<(TGroup Group, IList<TItem> Items)> Groups =>
        _groups.Select(group => (group.Key, group.Value.Values));
}
