using System.CommandLine;
using System.Globalization;
using Puyu.Abstractions;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;
using static Puyu.Cli.Display.Figures;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data what-if</c>.</summary>
internal static class DataWhatIfCommand
{
    public static Command Create()
    {
        Option<string> output = DataCommand.OutOption();
        var stage = new Option<string>("--stage")
        {
            Description = "Name of a stage over single documents; step/stage where several steps have it.",
            Required = true,
        };
        var measure = new Option<string>("--measure") { Description = "Name of one of its measures.", Required = true };
        var min = new Option<float?>("--min") { Description = "The least value of a document that would stay." };
        var max = new Option<float?>("--max") { Description = "The greatest value of a document that would stay." };
        var command = new Command(
            "what-if", "Count what another bound would keep and remove, from the ledger, without running anything.")
        {
            output, stage, measure, min, max,
        };
        command.SetAction(line => Compare(
            line.GetRequiredValue(output), line.GetRequiredValue(stage), line.GetRequiredValue(measure),
            line.GetValue(min), line.GetValue(max)));
        return command;
    }

    private static void Compare(string folder, string stage, string measure, float? min, float? max)
    {
        var problems = new Problems("data what-if");
        problems.Require(min is not null || max is not null, "neither", "must be one or both", "--min and --max");
        problems.Require(!(min > max), min, $"must not be above --max, {max}", "--min");
        problems.ThrowIfAny();
        using LedgerDatabase ledger = LedgerDatabase.Open(folder);
        WhatIf counts = ledger.WhatIf(
            stage, measure, present => present with { Min = min ?? present.Min, Max = max ?? present.Max });
        string all = Count(counts.Documents);
        Measure present = counts.Present;
        Measure tried = counts.Tried;
        Console.WriteLine($"{stage}, {measure} {Bounds(present)}: {Count(counts.Kept)} of {all} documents stay");
        Console.WriteLine($"{stage}, {measure} {Bounds(tried)}: {Count(counts.KeptThen)} of {all} would stay");
        string fromResult = Count(counts.NewlyRemovedFromOutput);
        Console.WriteLine($"  {Count(counts.NewlyRemoved)} more would go, {fromResult} of them from the result");
        Console.WriteLine($"  {Count(counts.NewlyKept)} more would stay here; later stages have not seen them");
    }

    private static string Bounds(Measure measure) => string.Create(
        CultureInfo.InvariantCulture,
        $"in [{measure.Min ?? float.NegativeInfinity}, {measure.Max ?? float.PositiveInfinity}]");
}
