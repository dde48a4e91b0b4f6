using Puyu.Data.Audit;
using Spectre.Console;
using static Puyu.Cli.Display.Figures;

namespace Puyu.Cli.Display;

/// <summary>How many documents went how far, as a table.</summary>
internal static class FunnelTable
{
    private static readonly string[] _heads =
        ["step", "stage", "documents", "removed", "changed", "kept", "of all", "MB"];

    /// <summary>Writes the table: with lines on a terminal, in columns when the output is piped.</summary>
    public static void Write(LedgerFunnel funnel)
    {
        List<string[]> rows = Rows(funnel);
        if (Terminal.IsLive)
        {
            var table = new Table().Border(TableBorder.Rounded);
            for (int i = 0; i < _heads.Length; i++)
            {
                table.AddColumn(new TableColumn(_heads[i]) { Alignment = i < 2 ? Justify.Left : Justify.Right });
            }

            rows.ForEach(row => table.AddRow([.. row.Select(Markup.Escape)]));
            AnsiConsole.Write(table);
            return;
        }

        rows.Insert(0, _heads);
        int[] widths = [.. _heads.Select((_, i) => rows.Max(row => row[i].Length))];
        foreach (string[] row in rows)
        {
            Console.WriteLine(string.Join("  ", row.Select((cell, i) =>
                i < 2 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
        }
    }

    private static List<string[]> Rows(LedgerFunnel funnel)
    {
        List<string[]> rows =
        [
            ["read", "", Count(funnel.Documents), "", "", Count(funnel.Documents), Share(1), Megabytes(funnel.Bytes)],
        ];
        rows.AddRange(funnel.Stages.Select(stage => (string[])
        [
            stage.Step, stage.Stage, Count(stage.Documents), Count(stage.Removed), Count(stage.Changed),
            Count(stage.Kept), Share(stage.Kept, funnel.Documents),
            stage.Bytes is { } bytes ? Megabytes(bytes) : "",
        ]));
        rows.Add(
        [
            "output", "", Count(funnel.Kept), "", "", Count(funnel.Kept),
            Share(funnel.Kept, funnel.Documents), Megabytes(funnel.KeptBytes),
        ]);
        if (funnel.Quarantined > 0)
        {
            rows.Add(["quarantine", "", Count(funnel.Quarantined), "", "", "", "", ""]);
        }

        return rows;
    }
}
