using System.Diagnostics;

namespace Puyu.Benchmarks;

/// <summary>
/// Times several pieces of work in turn, A B C A B C …, so that all of them see the same noise, and gives medians.
/// </summary>
internal static class Alternating
{
    /// <summary>Median seconds of each piece of work.</summary>
    /// <param name="rounds">How often each is timed, after one round that is not.</param>
    /// <param name="work">What to time; the first is usually the control.</param>
    public static double[] MedianSeconds(int rounds, params ReadOnlySpan<Action> work)
    {
        double[][] seconds = new double[work.Length][];
        for (int i = 0; i < work.Length; i++)
        {
            work[i]();
            seconds[i] = new double[rounds];
        }

        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < work.Length; i++)
            {
                long started = Stopwatch.GetTimestamp();
                work[i]();
                seconds[i][round] = Stopwatch.GetElapsedTime(started).TotalSeconds;
            }
        }

        return [.. seconds.Select(Median)];
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return (values[(values.Length - 1) / 2] + values[values.Length / 2]) / 2;
    }
}
