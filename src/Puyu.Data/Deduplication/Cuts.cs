using Puyu.Data.Pipeline;

namespace Puyu.Data.Deduplication;

/// <summary>Gathers what to cut out of documents, and streams the decisions in the order of keys.</summary>
internal sealed class Cuts(Ranking ranking, string folder, long memoryBytes) : IDisposable
{
    private readonly ExternalSort<Cut> _sort = new(folder, "cuts", memoryBytes);

    /// <summary>Cuts a stretch.</summary>
    /// <param name="document">The document.</param>
    /// <param name="start">First UTF-16 unit.</param>
    /// <param name="length">UTF-16 units.</param>
    /// <param name="survivor">Rank of the document where it stays.</param>
    public void Add(RankedDocument document, int start, int length, int survivor) =>
        _sort.Add(new Cut(document.KeyUpper, document.KeyLower, start, length, survivor));

    /// <summary>
    /// The decisions: the value is the number of UTF-16 units that are cut; the match is where the first stretch stays.
    /// </summary>
    public IEnumerable<Decision> Decisions(string rule)
    {
        var stretches = new List<(int Start, int Length)>();
        Cut first = default;
        foreach (Cut cut in _sort.Sorted())
        {
            if (stretches.Count > 0 && (cut.KeyUpper, cut.KeyLower) != (first.KeyUpper, first.KeyLower))
            {
                yield return DecisionOf(first, stretches, rule);
                stretches.Clear();
            }

            if (stretches.Count == 0)
            {
                first = cut;
            }

            Append(stretches, cut.Start, cut.Length);
        }

        if (stretches.Count > 0)
        {
            yield return DecisionOf(first, stretches, rule);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sort.Dispose();

    /// <summary>Stretches that touch or overlap become one.</summary>
    private static void Append(List<(int Start, int Length)> stretches, int start, int length)
    {
        if (stretches.Count > 0 && stretches[^1].Start + stretches[^1].Length >= start)
        {
            (int first, int before) = stretches[^1];
            stretches[^1] = (first, Math.Max(before, start + length - first));
            return;
        }

        stretches.Add((start, length));
    }

    private Decision DecisionOf(Cut first, List<(int Start, int Length)> stretches, string rule)
    {
        byte[] buffer = [];
        SummaryRecord survivor = ranking.Read(first.Survivor, ref buffer);
        return new Decision(
            new UInt128(first.KeyUpper, first.KeyLower), rule, stretches.Sum(stretch => stretch.Length), 0,
            survivor.Id, survivor.Source, TextCuts.Encode(stretches));
    }

    private readonly record struct Cut(ulong KeyUpper, ulong KeyLower, int Start, int Length, int Survivor)
        : IComparable<Cut>
    {
        public int CompareTo(Cut other)
        {
            int order = KeyUpper.CompareTo(other.KeyUpper);
            order = order != 0 ? order : KeyLower.CompareTo(other.KeyLower);
            order = order != 0 ? order : Start.CompareTo(other.Start);
            order = order != 0 ? order : Length.CompareTo(other.Length);
            return order != 0 ? order : Survivor.CompareTo(other.Survivor);
        }
    }
}
