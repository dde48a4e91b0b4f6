namespace Puyu.Data.Tests.InternEvo;

/// <summary>InternEvo's packing rules written down token by token, for one file of ten samples.</summary>
internal sealed record InternEvoReference(
    List<int> TokenIds, List<int> Labels, List<int> Positions, List<int> CuSeqLens)
{
    /// <summary>How RandomState(1024) shuffles ten; golden of <see cref="NumpyRandomTests"/>.</summary>
    private static readonly int[] _orderOfTen = [2, 3, 7, 0, 6, 8, 5, 4, 9, 1];

    public static List<InternEvoReference> Stream(int[][] samples, int sequenceLength, int itemTokens, bool isOne)
    {
        var tokens = _orderOfTen.SelectMany(
            sample => samples[sample].Select((id, i) => (Id: id, Index: i, Sample: samples[sample]))).ToList();
        var items = new List<InternEvoReference>();
        for (int first = 0; first + itemTokens <= tokens.Count; first += itemTokens)
        {
            var item = new InternEvoReference([], [], [], [0]);
            for (int i = first; i < first + itemTokens; i++)
            {
                (int id, int index, int[] sample) = tokens[i];
                bool isLast = index + 1 == sample.Length || (isOne && i + 1 == first + itemTokens);
                item.TokenIds.Add(Math.Abs(id));
                item.Labels.Add(!isLast && sample[index + 1] > 0 ? sample[index + 1] : -100);

                // In cut mode a piece begins with the item, with a sample, and every S tokens of a fragment.
                int previous = i == first || (!isOne && index == 0) ? -1 : item.Positions[^1];
                int position = previous + 1 == sequenceLength ? 0 : previous + 1;
                if (position == 0 && i > first)
                {
                    item.CuSeqLens.Add(i - first);
                }

                item.Positions.Add(position);
            }

            item.CuSeqLens.Add(itemTokens);
            items.Add(item);
        }

        return items;
    }

    public static List<InternEvoReference> Unpacked(int[][] samples, int sequenceLength, int microBatchSize)
    {
        var items = new List<InternEvoReference>();
        foreach (int[] chunk in _orderOfTen.Chunk(microBatchSize))
        {
            var item = new InternEvoReference([], [], [], [0]);
            foreach (int[] sample in chunk.Select(sample => samples[sample].Take(sequenceLength).ToArray()))
            {
                item.TokenIds.AddRange(sample.Select(Math.Abs));
                item.Labels.AddRange(sample.Skip(1).Append(0).Select(id => id > 0 ? id : -100));
                item.Positions.AddRange(Enumerable.Range(0, sample.Length));
                item.CuSeqLens.Add(item.TokenIds.Count);
            }

            int padding = (sequenceLength * microBatchSize) - item.TokenIds.Count;
            item.TokenIds.AddRange(Enumerable.Repeat(0, padding));
            item.Labels.AddRange(Enumerable.Repeat(-100, padding));
            item.Positions.AddRange(Enumerable.Range(0, padding));
            if (padding > 0)
            {
                item.CuSeqLens.Add(sequenceLength * microBatchSize);
            }

            items.Add(item);
        }

        return items;
    }
}
