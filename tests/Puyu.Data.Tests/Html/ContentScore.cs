using System.Text.RegularExpressions;

namespace Puyu.Data.Tests.Html;

/// <summary>
/// How much of an article an extractor finds: precision and recall of runs of four tokens, by page; F1 of their means.
/// </summary>
/// <remarks>
/// Source: the metric of Scrapinghub's article extraction benchmark, 2020: tokens are runs of word characters, runs are
/// counted as often as they occur, a text of fewer tokens is one run.
/// </remarks>
internal static partial class ContentScore
{
    /// <summary>Precision and recall of one page.</summary>
    public static (double Precision, double Recall) Of(string truth, string found)
    {
        Dictionary<string, int> expected = Runs(truth);
        Dictionary<string, int> actual = Runs(found);
        double common = expected.Sum(run => Math.Min(run.Value, actual.GetValueOrDefault(run.Key)));
        return (Share(common, actual.Values.Sum()), Share(common, expected.Values.Sum()));
    }

    private static double Share(double common, int all) => all == 0 ? 1 : common / all;

    private static Dictionary<string, int> Runs(string text)
    {
        string[] tokens = [.. Tokens().Matches(text).Select(match => match.Value)];
        var runs = new Dictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < Math.Max(1, tokens.Length - 3) && tokens.Length > 0; i++)
        {
            string run = string.Join(' ', tokens.Skip(i).Take(4));
            runs[run] = runs.GetValueOrDefault(run) + 1;
        }

        return runs;
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Tokens();
}
