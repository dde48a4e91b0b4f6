namespace Puyu.Data.Audit;

/// <summary>
/// Counts values in bins of equal width, exactly, in memory that does not grow with their number: when a value lies
/// beyond the last bin, pairs of bins become one, and the width doubles.
/// </summary>
/// <param name="width">Of the bins at first; positive.</param>
internal sealed class HistogramCounter(double width)
{
    /// <summary>At which the width doubles; even.</summary>
    public const int MaxBins = 1 << 16;

    /// <summary>The share of values that a histogram shows bin by bin.</summary>
    private const double Shown = 0.99;

    /// <summary>
    /// The share that a float may lack to the border of a bin that it stands for, such as that at 57 hundredths.
    /// </summary>
    private const double Rounding = 1.0 / (1 << 22);

    private const int MinShownBins = 12;
    private const int MaxShownBins = 48;

    private long[] _bins = new long[64];
    private long _count;
    private double _sum;

    /// <summary>Of the bins as they are.</summary>
    public double Width { get; private set; } = width;

    /// <summary>Counts a value that is not negative; NaN, nothing measured, is passed over.</summary>
    public void Add(float value)
    {
        if (!float.IsFinite(value))
        {
            return;
        }

        while (value / Width >= MaxBins)
        {
            Double();
        }

        int bin = (int)(value / Width * (1 + Rounding));
        Reach(bin)++;
        _count++;
        _sum += value;
    }

    /// <summary>Adds the counts of another one that began with the same width.</summary>
    public void Add(HistogramCounter other)
    {
        while (Width < other.Width)
        {
            Double();
        }

        // Widths are the same but for powers of two, so that a bin of the other is whole in one of these.
        int ratio = (int)Math.Round(Width / other.Width);
        for (int bin = 0; bin < other._bins.Length; bin++)
        {
            if (other._bins[bin] > 0)
            {
                Reach(bin / ratio) += other._bins[bin];
            }
        }

        _count += other._count;
        _sum += other._sum;
    }

    /// <summary>The histogram: bins for 99 of 100 values, the others in one count.</summary>
    /// <param name="name">What was counted.</param>
    public ProfileHistogram Result(string name)
    {
        int last = Math.Max(BinOf(Shown), MinShownBins - 1);
        int merged = 1;
        while (last / merged >= MaxShownBins)
        {
            merged *= 2;
        }

        long[] counts = new long[_count == 0 ? 0 : (last / merged) + 1];
        long beyond = _count;
        for (int bin = 0; bin < counts.Length; bin++)
        {
            counts[bin] = _bins.Skip(bin * merged).Take(merged).Sum();
            beyond -= counts[bin];
        }

        return new ProfileHistogram(
            name, Width * merged, counts, beyond, _count, _count == 0 ? null : _sum / _count,
            _count == 0 ? null : Median());
    }

    /// <summary>The bin in which a share of the values is reached.</summary>
    private int BinOf(double share)
    {
        long below = 0;
        for (int bin = 0; bin < _bins.Length; bin++)
        {
            below += _bins[bin];
            if (below > 0 && below >= share * _count)
            {
                return bin;
            }
        }

        return 0;
    }

    /// <summary>By proportion within its bin; a whole number has one for itself.</summary>
    private double Median()
    {
        int bin = BinOf(0.5);
        if (Width == 1)
        {
            return bin;
        }

        double below = _bins.Take(bin).Sum();
        return Width * (bin + (((_count / 2.0) - below) / _bins[bin]));
    }

    private ref long Reach(int bin)
    {
        if (bin >= _bins.Length)
        {
            Array.Resize(ref _bins, Math.Min(MaxBins + 1, Math.Max(bin + 1, 2 * _bins.Length)));
        }

        return ref _bins[bin];
    }

    private void Double()
    {
        for (int bin = 0; bin < _bins.Length; bin++)
        {
            long count = _bins[bin];
            _bins[bin] = 0;
            _bins[bin / 2] += count;
        }

        Width *= 2;
    }
}
