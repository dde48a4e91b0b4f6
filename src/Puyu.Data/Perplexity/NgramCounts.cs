using System.Runtime.InteropServices;

namespace Puyu.Data.Perplexity;

/// <summary>How often sequences occur, and what follows from it; the equations stand at <see cref="NgramTrainer"/>.
/// </summary>
internal sealed class NgramCounts
{
    private readonly Dictionary<ulong, Sequence>[] _sequences;
    private readonly ulong[] _keys;
    private readonly ulong[] _contexts;

    public NgramCounts(int order)
    {
        _sequences = [.. Enumerable.Range(0, order).Select(_ => new Dictionary<ulong, Sequence>())];
        _keys = new ulong[order];
        _contexts = new ulong[order];

        // The beginning of a line and the unknown unit always have a place, even if the latter never occurs.
        NgramKeys.At([NgramKeys.Begin], 0, _keys.AsSpan(0, 1));
        _sequences[0].Add(_keys[0], default);
        NgramKeys.At([NgramKeys.Unknown], 0, _keys.AsSpan(0, 1));
        _sequences[0].Add(_keys[0], default);
    }

    /// <summary>Counts a line, of which the first unit is not predicted.</summary>
    public void Add(ReadOnlySpan<ulong> units)
    {
        NgramKeys.At(units, 0, _contexts);
        for (int i = 1; i < units.Length; i++)
        {
            int lengths = NgramKeys.At(units, i, _keys);
            for (int n = 0; n < lengths; n++)
            {
                ref Sequence sequence = ref CollectionsMarshal.GetValueRefOrAddDefault(
                    _sequences[n], _keys[n], out bool exists);
                sequence.Count++;
                if (!exists && n > 0)
                {
                    sequence.Context = _contexts[n - 1];
                    sequence.Suffix = _keys[n - 1];
                    CollectionsMarshal.GetValueRefOrNullRef(_sequences[n - 1], _keys[n - 1]).Before++;
                }
            }

            _keys.CopyTo(_contexts, 0);
        }
    }

    /// <summary>The model of all that was counted.</summary>
    public NgramModel Estimate()
    {
        for (int n = 0; n < _sequences.Length; n++)
        {
            EstimateLength(n);
        }

        int entries = _sequences.Sum(length => length.Count);
        ulong[] slots = new ulong[entries + (entries / 2) + 1];
        foreach (Dictionary<ulong, Sequence> length in _sequences)
        {
            foreach ((ulong key, Sequence sequence) in length)
            {
                int place = NgramModel.PlaceOf(key, slots.Length);
                while (slots[place] != 0)
                {
                    place = place + 1 == slots.Length ? 0 : place + 1;
                }

                float logBackoff = sequence.Backoff == 0 ? 0 : MathF.Log(sequence.Backoff);
                slots[place] = NgramModel.Slot(key, (float)Math.Log(sequence.Probability), logBackoff);
            }
        }

        return new NgramModel(_sequences.Length, _sequences[0].Count - 1, slots);
    }

    private void EstimateLength(int n)
    {
        bool isLongest = n == _sequences.Length - 1;
        double[] discounts = Discounts(_sequences[n].Values, isLongest);
        Dictionary<ulong, Context> contexts = Contexts(n, isLongest, discounts);
        int vocabulary = _sequences[0].Count - 1; // without the beginning of a line
        foreach (ulong key in _sequences[n].Keys.ToArray())
        {
            ref Sequence sequence = ref CollectionsMarshal.GetValueRefOrNullRef(_sequences[n], key);
            Context context = contexts[sequence.Context];
            double lower = n == 0
                ? 1.0 / vocabulary : _sequences[n - 1][sequence.Suffix].Probability;
            int adjusted = sequence.Adjusted(isLongest);
            sequence.Probability = ((adjusted - discounts[Math.Min(adjusted, 3)]) + (context.Discounted * lower))
                / context.Total;
        }

        if (n > 0)
        {
            foreach ((ulong key, Context context) in contexts)
            {
                CollectionsMarshal.GetValueRefOrNullRef(_sequences[n - 1], key).Backoff =
                    (float)(context.Discounted / context.Total);
            }
        }
    }

    private Dictionary<ulong, Context> Contexts(int n, bool isLongest, double[] discounts)
    {
        var contexts = new Dictionary<ulong, Context>();
        foreach (Sequence sequence in _sequences[n].Values)
        {
            int adjusted = sequence.Adjusted(isLongest);
            ref Context context = ref CollectionsMarshal.GetValueRefOrAddDefault(contexts, sequence.Context, out _);
            context.Total += adjusted;
            context.Discounted += discounts[Math.Min(adjusted, 3)];
        }

        return contexts;
    }

    /// <summary>D of counts 0, 1, 2 and more; where a small text does not tell them, half of a count.</summary>
    private static double[] Discounts(IEnumerable<Sequence> sequences, bool isLongest)
    {
        double[] ofCount = new double[5];
        foreach (Sequence sequence in sequences)
        {
            ofCount[Math.Min(sequence.Adjusted(isLongest), 4)] += sequence.Adjusted(isLongest) <= 4 ? 1 : 0;
        }

        double y = ofCount[1] / (ofCount[1] + (2 * ofCount[2]));
        double[] discounts = new double[4];
        for (int k = 1; k <= 3; k++)
        {
            double discount = k - ((k + 1) * y * ofCount[k + 1] / ofCount[k]);
            discounts[k] = discount > 0 && discount < k ? discount : 0.5;
        }

        return discounts;
    }

    private struct Sequence
    {
        public ulong Context;
        public ulong Suffix;
        public double Probability;
        public float Backoff;
        public int Count;
        public int Before;

        // What begins a line has nothing before it.
        public readonly int Adjusted(bool isLongest) => isLongest || Before == 0 ? Count : Before;
    }

    private struct Context
    {
        public double Total;
        public double Discounted;
    }
}
