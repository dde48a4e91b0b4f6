using Puyu.Cli.Display;
using Puyu.Data.Audit;
using static Puyu.Cli.Display.Figures;

namespace Puyu.Cli.Reports;

/// <summary>The page on a run of the data engine: what <see cref="RunStatistics"/> holds.</summary>
/// <param name="run">The run.</param>
internal sealed class RunReport(RunStatistics run)
{
    private static readonly string[] _originHeads =
        ["source", "#documents", "#text", "#kept", "#of these", "#text kept", "#quarantined"];

    private readonly HtmlPage _page = new("Data run");

    /// <summary>Writes the page. It depends on the ledger and the finished documents alone.</summary>
    public string Write()
    {
        LedgerFunnel funnel = run.Funnel;
        _page.Paragraph(
            $"{Count(funnel.Documents)} documents ({Bytes(funnel.Bytes)} of text) were read; "
            + $"{Count(funnel.Kept)} ({Bytes(funnel.KeptBytes)}) are in the result, "
            + $"{Share(funnel.Kept, funnel.Documents)} of all. {Count(funnel.Quarantined)} records could "
            + "not be read. Nothing was run again for this page.");
        new RetentionSection(run, _page).Add();
        new TextSection(run.Profile, _page).Add();
        new BoundsSection(run.Bounds, _page).Add();
        AddSamples();
        new DuplicatesSection(run.Duplicates, _page).Add();
        AddOrigins();
        AddQuarantine();
        _page.Heading("Recipe").Code(run.Recipe);
        return _page.ToString();
    }

    private void AddSamples()
    {
        _page.Heading("Samples");
        _page.Paragraph(
            "The documents with the least hashes of their places: the same ones whenever the run is repeated, and no "
            + "choice of ours. Texts are shortened; one that went is as it came to the stage.");
        LedgerSample[] kept = [.. run.Samples.Where(sample => sample.Removal is null)];
        _page.Details($"In the result: {kept.Length} of {Count(run.Funnel.Kept)}", () => Quote(kept));
        foreach (IGrouping<(string, string, string), LedgerSample> rule in run.Samples
            .Where(sample => sample.Removal is not null)
            .GroupBy(sample => (sample.Removal!.Step, sample.Removal.Stage, sample.Removal.Rule)))
        {
            (string step, string stage, string name) = rule.Key;
            long removed = run.Rules.Where(count => (count.Step, count.Stage, count.Rule) == rule.Key)
                .Sum(count => count.Removed);
            _page.Details(
                $"Removed by {step}/{stage}, {name}: {rule.Count()} of {Count(removed)}", () => Quote(rule));
        }
    }

    private void Quote(IEnumerable<LedgerSample> samples)
    {
        foreach (LedgerSample sample in samples)
        {
            LedgerDocument document = sample.Document;
            string origin = $"{document.Id}, read at {document.Source}";
            if (sample.Removal is { } removal)
            {
                origin += $": {LedgerText.Reason(removal)}"
                    + (removal.MatchedId is { } match ? $", because of {match} at {removal.Matched}" : "");
            }

            _page.Quote(origin, sample.Excerpt);
        }
    }

    private void AddOrigins()
    {
        RunComposition composition = run.Composition;
        _page.Heading("Sources and languages");
        _page.Table(_originHeads, composition.Sources.Select(Row));
        _page.Details(
            $"Files: the {composition.Files.Count} with most text of {Count(composition.FileCount)}",
            () => _page.Table(_originHeads, composition.Files.Select(Row)));
        if (composition.Languages.Count > 0)
        {
            _page.Table(
                ["language", "#kept", "#of kept", "#text kept", "#removed as a language"],
                composition.Languages.Select(share => (string[])
                [
                    share.Language ?? "not named", Count(share.Kept),
                    Share(share.Kept, run.Funnel.Kept), Bytes(share.KeptBytes),
                    Count(share.Removed),
                ]));
        }

        static string[] Row(OriginShare share) =>
        [
            share.Name, Count(share.Documents), Bytes(share.Bytes), Count(share.Kept),
            Share(share.Kept, share.Documents), Bytes(share.KeptBytes),
            Count(share.Quarantined),
        ];
    }

    private void AddQuarantine()
    {
        _page.Heading("Quarantine");
        RunComposition composition = run.Composition;
        if (run.Funnel.Quarantined == 0)
        {
            _page.Paragraph("Every record could be read.");
            return;
        }

        _page.Table(
            ["reason", "#records"],
            composition.QuarantineReasons.Select(reason => new[] { reason.Reason, Count(reason.Records) }));
        _page.Details(
            $"Records: {composition.Quarantined.Count} of {Count(run.Funnel.Quarantined)}",
            () => _page.Table(
                ["file", "#offset", "reason"],
                composition.Quarantined.Select(record => new[]
                {
                    record.File, Count(record.Offset), record.Reason,
                })));
    }
}
