using System.CommandLine;
using System.Globalization;
using Puyu.Cli.Display;
using Puyu.Data;
using Puyu.Data.Audit;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data explain DOCUMENT</c>.</summary>
internal static class DataExplainCommand
{
    public static Command Create()
    {
        var document = new Argument<string>("document")
        {
            Description = "Id of a document, its source as file@offset, or all of its text, as read or as written; of "
                + "a text only letters and digits count.",
        };
        Option<string> output = DataCommand.OutOption();
        var command = new Command(
            "explain", "Say whether a document is in the result and where, or which stage, rule and bound removed it.")
        {
            document, output,
        };
        command.SetAction(line => Explain(line.GetRequiredValue(document), line.GetRequiredValue(output)));
        return command;
    }

    private static int Explain(string asked, string folder)
    {
        using LedgerDatabase ledger = LedgerDatabase.Open(folder);
        IReadOnlyList<LedgerDocument> found = ledger.Find(asked);
        if (found.Count == 0)
        {
            Console.Error.WriteLine($"puyu: no document has the id, source or text '{Shorten(asked)}'");
            return 1;
        }

        foreach (LedgerDocument document in found)
        {
            Write(ledger, document);
        }

        return 0;
    }

    private static void Write(LedgerDatabase ledger, LedgerDocument document)
    {
        Line($"{document.Id}  read at {document.Source}, {document.Bytes:N0} bytes");
        foreach (IGrouping<string, LedgerValue> stage in
            ledger.ValuesOf(document).GroupBy(value => $"{value.Step}/{value.Stage}"))
        {
            Line($"  {stage.Key}: {string.Join(", ", stage.Select(Describe))}");
        }

        foreach (LedgerDecision decision in ledger.DecisionsOn(document))
        {
            string what = decision.IsRemoved ? "removed" : "changed";
            Line($"  {what} by {decision.Step}/{decision.Stage}: {LedgerText.Reason(decision)}");
            if (decision.Matched is { } source)
            {
                Line($"    because of {decision.MatchedId}, read at {source}, which {Fate(ledger, source)}");
            }
        }

        if (document.IsKept)
        {
            WritePlaces(ledger, document);
        }
    }

    private static void WritePlaces(LedgerDatabase ledger, LedgerDocument document)
    {
        if (document.OutputFile is not null)
        {
            Line($"  kept: {document.OutputFile} at offset {document.OutputOffset}");
        }

        IReadOnlyList<LedgerTokens> places = ledger.TokensOf(document);
        foreach (LedgerTokens tokens in places)
        {
            Line($"  kept: {tokens.File}, {tokens.Count:N0} tokens from token {tokens.First:N0}, epoch {tokens.Epoch}");
        }

        if (document.OutputFile is null && places.Count == 0)
        {
            Line($"  kept by all stages, but no mixture took it");
        }
    }

    private static string Fate(LedgerDatabase ledger, DocumentSource source) => ledger.Find(source) switch
    {
        null => "is not of this run",
        { OutputFile: { } file } kept => Invariant($"is kept: {file} at offset {kept.OutputOffset}"),
        { IsKept: true } => "is kept",
        { } gone when ledger.DecisionsOn(gone) is [.., { } last] => $"was removed by {last.Step}/{last.Stage}",
        _ => "is not in the result",
    };

    private static string Describe(LedgerValue value)
    {
        string bounds = value.Measure switch
        {
            { Min: { } min, Max: { } max } => Invariant($" (from {min} to {max})"),
            { Min: { } min } => Invariant($" (at least {min})"),
            { Max: { } max } => Invariant($" (at most {max})"),
            _ => "",
        };
        return Invariant($"{value.Measure.Name} {value.Value}{bounds}");
    }

    private static string Shorten(string text) => text.Length <= 60 ? text : text[..60] + "…";

    private static void Line(FormattableString text) => Console.WriteLine(Invariant(text));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
