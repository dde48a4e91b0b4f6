using Puyu.Data.Pipeline;

namespace Puyu.Data.Deduplication;

/// <summary>Gathers which documents go because of which, and streams the decisions in the order of keys.</summary>
internal sealed class Removals(Ranking ranking, string folder, long memoryBytes) : IDisposable
{
    private readonly ExternalSort<Removal> _sort = new(folder, "removals", memoryBytes);

    /// <summary>Removes a document.</summary>
    /// <param name="document">The document.</param>
    /// <param name="survivor">Rank of the one that stays.</param>
    /// <param name="value">How similar they are.</param>
    public void Add(RankedDocument document, int survivor, double value) =>
        _sort.Add(new Removal(document.KeyUpper, document.KeyLower, survivor, (float)value));

    /// <summary>The decisions.</summary>
    /// <param name="rule">Which rule.</param>
    /// <param name="threshold">What values were compared with.</param>
    public IEnumerable<Decision> Decisions(string rule, double threshold)
    {
        byte[] buffer = [];
        foreach (Removal removal in _sort.Sorted())
        {
            SummaryRecord survivor = ranking.Read(removal.Survivor, ref buffer);
            yield return new Decision(
                new UInt128(removal.KeyUpper, removal.KeyLower), rule, removal.Value, (float)threshold, survivor.Id,
                survivor.Source, default);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sort.Dispose();

    private readonly record struct Removal(ulong KeyUpper, ulong KeyLower, int Survivor, float Value)
        : IComparable<Removal>
    {
        public int CompareTo(Removal other)
        {
            int order = KeyUpper.CompareTo(other.KeyUpper);
            order = order != 0 ? order : KeyLower.CompareTo(other.KeyLower);
            order = order != 0 ? order : Survivor.CompareTo(other.Survivor);
            return order != 0 ? order : Value.CompareTo(other.Value);
        }
    }
}
