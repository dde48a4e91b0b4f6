using System.Globalization;
using System.Text;

namespace Puyu.Serving.Metrics;

/// <summary>A histogram in Prometheus' sense: how many observations are at most each bound.</summary>
/// <param name="name">Of the metric.</param>
/// <param name="help">What is observed, with its unit.</param>
/// <param name="bounds">Rising; infinity follows by itself.</param>
internal sealed class Distribution(string name, string help, params double[] bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[bounds.Length + 1];
    private double _sum;

    public void Observe(double value)
    {
        int bucket = Array.BinarySearch(bounds, value);
        lock (_lock)
        {
            _counts[bucket < 0 ? ~bucket : bucket]++;
            _sum += value;
        }
    }

    /// <summary>Appends the metric in Prometheus' text format.</summary>
    public void AppendTo(StringBuilder text, string labels)
    {
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} histogram\n");
        lock (_lock)
        {
            long total = 0;
            for (int i = 0; i < _counts.Length; i++)
            {
                total += _counts[i];
                string bound = i < bounds.Length ? bounds[i].ToString(CultureInfo.InvariantCulture) : "+Inf";
                text.Append(CultureInfo.InvariantCulture, $"{name}_bucket{{{labels},le=\"{bound}\"}} {total}\n");
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}_sum{{{labels}}} {_sum}\n");
            text.Append(CultureInfo.InvariantCulture, $"{name}_count{{{labels}}} {total}\n");
        }
    }
}
