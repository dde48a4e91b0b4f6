using System.CommandLine;
using System.Globalization;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Data.Audit;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data duplicates</c>.</summary>
internal static class DataDuplicatesCommand
{
    private const string Heads =
        "step,stage,rule,removed,id,file,offset,number,of_id,of_file,of_offset,of_number,value,bound";

    public static Command Create()
    {
        Option<string> output = DataCommand.OutOption();
        var csv = new Option<string?>("--csv")
        {
            Description = "Write a table of comma-separated values to this file instead.",
        };
        var command = new Command(
            "duplicates", "List which document repeats which: those that were removed for it, or cut.")
        {
            output, csv,
        };
        command.SetAction(line => List(line.GetRequiredValue(output), line.GetValue(csv)));
        return command;
    }

    private static void List(string folder, string? csv)
    {
        using LedgerDatabase ledger = LedgerDatabase.Open(folder);
        if (csv is null)
        {
            foreach (DuplicatePair pair in ledger.Duplicates())
            {
                Console.WriteLine(Describe(pair));
            }

            return;
        }

        long rows = 0;
        AtomicFile.Write(csv, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true) { NewLine = "\n" };
            writer.WriteLine(Heads);
            foreach (DuplicatePair pair in ledger.Duplicates())
            {
                rows++;
                writer.WriteLine(string.Join(',', Cells(pair).Select(Quote)));
            }
        });
        Console.WriteLine($"{Figures.Count(rows)} duplicates: {csv}");
    }

    private static string Describe(DuplicatePair pair) => string.Create(
        CultureInfo.InvariantCulture,
        $"{pair.Step}/{pair.Stage}: {pair.Id} at {pair.Source} {(pair.IsRemoved ? "repeats" : "repeats a part of")} "
        + $"{pair.SurvivorId} at {pair.SurvivorSource} ({pair.Rule} {pair.Value})");

    private static IEnumerable<string> Cells(DuplicatePair pair) =>
        ((object[])
        [
            pair.Step, pair.Stage, pair.Rule, pair.IsRemoved ? "true" : "false",
            pair.Id, pair.Source.File, pair.Source.Offset, pair.Source.Index,
            pair.SurvivorId, pair.SurvivorSource.File, pair.SurvivorSource.Offset, pair.SurvivorSource.Index,
            pair.Value, pair.Bound,
        ]).Select(cell => Convert.ToString(cell, CultureInfo.InvariantCulture)!);

    /// <summary>As RFC 4180 has it: quoted where needed, quotes doubled.</summary>
    private static string Quote(string cell) => cell.AsSpan().IndexOfAny(",\"\r\n") < 0
        ? cell : $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
