using System.Globalization;
using Puyu.Data.Audit;

namespace Puyu.Cli.Display;

/// <summary>What outputs of tokens took of their groups, as lines of columns.</summary>
internal static class MixtureTable
{
    /// <summary>Writes a table an output; nothing where there is none.</summary>
    public static void Write(IReadOnlyList<LedgerMixture> mixtures)
    {
        foreach (IGrouping<string, LedgerMixture> output in mixtures.GroupBy(group => group.Output))
        {
            double targets = Math.Max(output.Sum(group => group.TargetTokens), 1);
            double tokens = Math.Max(output.Sum(group => group.Tokens), 1);
            List<string[]> rows =
            [
                [output.Key, "tokens", "share", "target", "documents", "epochs"],
                .. output.Select(group => (string[])
                [
                    group.Name, Count(group.Tokens), Percent(group.Tokens / tokens),
                    Percent(group.TargetTokens / targets), Count(group.Documents),
                    (group.Tokens / (double)Math.Max(group.AvailableTokens, 1))
                        .ToString("F2", CultureInfo.InvariantCulture),
                ]),
            ];
            int[] widths = [.. rows[0].Select((_, i) => rows.Max(row => row[i].Length))];
            Console.WriteLine();
            foreach (string[] row in rows)
            {
                Console.WriteLine(string.Join("  ", row.Select((cell, i) =>
                    i == 0 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))));
            }
        }
    }

    private static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Percent(double share) =>
        string.Create(CultureInfo.InvariantCulture, $"{100 * share:F2} %");
}
