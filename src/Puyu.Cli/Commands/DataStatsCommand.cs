using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Cli.Reports;
using Puyu.Data;
using Puyu.Data.Audit;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data stats</c>.</summary>
internal static class DataStatsCommand
{
    private const string ReportFile = "report.html";

    private static readonly JsonSerializerOptions _json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new SourceConverter() },
    };

    public static Command Create()
    {
        Option<string> output = DataCommand.OutOption();
        var html = new Option<string?>("--html")
        {
            Description = $"Where to write the report; {ReportFile} in the folder of the run by default.",
        };
        var json = new Option<string?>("--json") { Description = "Also write the numbers of the report as JSON." };
        var command = new Command(
            "stats", "Report on a finished run as one HTML page: what is left, of which texts, samples, duplicates.")
        {
            output, html, json,
        };
        command.SetAction((line, cancellation) => Task.FromResult(Write(
            line.GetRequiredValue(output), line.GetValue(html), line.GetValue(json), cancellation)));
        return command;
    }

    private static int Write(string folder, string? html, string? json, CancellationToken cancellation)
    {
        RunStatistics run = RunStatistics.Read(folder, cancellation);
        string report = html ?? Path.Combine(folder, ReportFile);
        AtomicFile.WriteText(report, new RunReport(run).Write());
        if (json is not null)
        {
            AtomicFile.WriteText(json, JsonSerializer.Serialize(run, _json) + "\n");
        }

        FunnelTable.Write(run.Funnel);
        foreach (DuplicateSummary stage in run.Duplicates)
        {
            Console.WriteLine(
                $"{stage.Step}/{stage.Stage}: {Figures.Count(stage.Duplicates)} documents repeat "
                + $"{Figures.Count(stage.Clusters)} that stay");
        }

        Console.WriteLine($"report: {report}");
        return 0;
    }

    /// <summary>A source as messages write it.</summary>
    private sealed class SourceConverter : JsonConverter<DocumentSource>
    {
        public override DocumentSource Read(
            ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            throw new NotSupportedException("sources are only written");

        public override void Write(Utf8JsonWriter writer, DocumentSource value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }
}
