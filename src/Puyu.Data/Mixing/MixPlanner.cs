using System.Runtime.InteropServices;
using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data.Mixing;

/// <summary>Decides which documents an output has, how often, in which order and in which file.</summary>
/// <remarks>
/// The documents of a group are drawn without replacement, epoch after epoch, each epoch in an order of its own: by a
/// number that the document's key, the epoch and the seed alone determine. The last epoch ends at the document whose
/// end is nearest to the group's target. A document is placed where its middle lies among the tokens of its group, in
/// [0, 1], and the groups are merged by place: at every point of the output each group has had its share to within a
/// document. Nothing depends on parts or threads. Memory is bounded: what does not fit is sorted on the disk.
/// </remarks>
/// <param name="plan">The output.</param>
/// <param name="parts">How many parts there are.</param>
/// <param name="cancellationToken">Stops the work.</param>
internal sealed class MixPlanner(TokenPlan plan, int parts, CancellationToken cancellationToken)
{
    /// <summary>Counted up when the same recipe gives another order.</summary>
    public const int Version = 1;

    private const long MemoryBytes = 1 << 28;
    private const long LeastMemoryBytes = 1 << 22;

    private readonly TokenOutput _output = plan.Output;

    /// <summary>Writes the order of the documents, and then the mix, which says that both are done.</summary>
    /// <param name="scratch">An empty folder.</param>
    /// <exception cref="InvalidDataException">The mixture cannot be made; the message says why.</exception>
    public void Write(string scratch)
    {
        var sizes = new GroupSize[_output.Groups.Count];
        GroupSize leftOut = Measure(sizes);
        long[] targets = MixtureTargets.Of(_output.Mixture, sizes, _output.Path);
        long memory = Math.Max(LeastMemoryBytes, MemoryBytes / sizes.Length);
        ExternalSort<DrawnOccurrence>[] sorts =
        [
            .. sizes.Select((_, i) => new ExternalSort<DrawnOccurrence>(
                scratch, FormattableString.Invariant($"group-{i}"), memory)),
        ];
        try
        {
            Draw(sorts, [.. sizes.Select((size, i) => (targets[i] + size.Tokens - 1) / Math.Max(size.Tokens, 1))]);
            AtomicFile.Write(plan.MixFile, mix => AtomicFile.Write(plan.OrderFile, order =>
            {
                var counter = new ShareCounter(_output, sizes, targets);
                foreach (Occurrence occurrence in InOrder(sorts, targets))
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    order.Write(MemoryMarshal.AsBytes(new ReadOnlySpan<Occurrence>(in occurrence)));
                    counter.Add(occurrence);
                }

                Mix result = counter.Result(leftOut);
                MixtureTargets.Check(result.Shares, _output.Path);
                MixFile.Write(mix, result);
            }));
        }
        finally
        {
            Array.ForEach(sorts, sort => sort.Dispose());
        }
    }

    private IEnumerable<(int Part, Lot Lot)> Lots() =>
        Enumerable.Range(0, parts).SelectMany(part => LotFile.Read(plan.LotFile(part)).Select(lot => (part, lot)));

    private GroupSize Measure(GroupSize[] sizes)
    {
        GroupSize leftOut = default;
        foreach ((_, Lot lot) in Lots())
        {
            cancellationToken.ThrowIfCancellationRequested();
            ref GroupSize size = ref lot.Group < 0 ? ref leftOut : ref sizes[lot.Group];
            size = new GroupSize(size.Documents + 1, size.Tokens + lot.Tokens);
        }

        return leftOut;
    }

    /// <param name="sorts">Of each group, added to.</param>
    /// <param name="epochs">Of each group, the last one perhaps not whole.</param>
    private void Draw(ExternalSort<DrawnOccurrence>[] sorts, long[] epochs)
    {
        foreach ((int part, Lot lot) in Lots())
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (int epoch = 0; lot.Group >= 0 && epoch < epochs[lot.Group]; epoch++)
            {
                ulong draw = _output.Shuffles
                    ? (ulong)CounterRandom.Block(_output.Seed ^ (ulong)(lot.Key >> 64), (ulong)epoch, (ulong)lot.Key)
                    : 0;
                sorts[lot.Group].Add(new DrawnOccurrence(draw, new Occurrence(
                    lot.First, part, lot.Number, lot.Tokens, (ushort)epoch, (ushort)lot.Group)));
            }
        }
    }

    private IEnumerable<Occurrence> InOrder(ExternalSort<DrawnOccurrence>[] sorts, long[] targets) =>
        Enumerable.Range(0, sorts.Length).GroupBy(_output.TypeOf).OrderBy(type => type.Key, StringComparer.Ordinal)
            .SelectMany(type => SortedMerge.Of([.. type.Select(group => Place(sorts[group], targets[group]))]))
            .Select(placed => placed.What);

    private static IEnumerable<PlacedOccurrence> Place(ExternalSort<DrawnOccurrence> sort, long target)
    {
        long taken = 0;
        foreach (DrawnOccurrence drawn in sort.Sorted())
        {
            int tokens = drawn.What.Tokens;
            if (2 * (target - taken) <= tokens)
            {
                yield break; // its end is not nearer to the target than its beginning
            }

            yield return new PlacedOccurrence((taken + (tokens / 2.0)) / target, drawn.What);
            taken += tokens;
        }
    }
}
