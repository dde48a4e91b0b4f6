using Puyu.Cli.Display;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;

namespace Puyu.Cli.Reports;

/// <summary>The page on a run of the data engine: what <see cref="RunStatistics"/> holds.</summary>
/// <param name="run">The run.</param>
internal sealed class RunReport(RunStatistics run)
{
    private readonly HtmlPage _page = new("Data run");

    /// <summary>Writes the page. It depends on the ledger and the finished documents alone.</summary>
    public string Write()
    {
        LedgerFunnel funnel = run.Funnel;
        _page.Paragraph(
            $"{Figures.Count(funnel.Documents)} documents ({Figures.Bytes(funnel.Bytes)} of text) were read; "
            + $"{Figures.Count(funnel.Kept)} ({Figures.Bytes(funnel.KeptBytes)}) are in the result, "
            + $"{Figures.Share(funnel.Kept, funnel.Documents)} of all. {Figures.Count(funnel.Quarantined)} records could "
            + "not be read. Everything here is from the ledger of the run.");
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
        _page.Details($"In the result: {kept.Length} of {Figures.Count(run.Funnel.Kept)}", () => Quote(kept));
        foreach (IGrouping<(string, string, string), LedgerSample> rule in run.Samples
            .Where(sample => sample.Removal is not null)
            .GroupBy(sample => (sample.Removal!.Step, sample.Removal.Stage, sample.Removal.Rule)))
        {
            (string step, string stage, string name) = rule.Key;
            long removed = run.Rules.First(count => (count.Step, count.Stage, count.Rule) == rule.Key).Removed;
            _page.Details(
                $"Removed by {step}/{stage}, {name}: {rule.Count()} of {Figures.Count(removed)}", () => Quote(rule));
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
            $"Files: the {composition.Files.Count} with most text of {Figures.Count(composition.FileCount)}",
            () => _page.Table(_originHeads, composition.Files.Select(Row)));
        if (composition.Languages.Count > 0)
        {
            _page.Table(
                ["language", "#kept", "#of kept", "#MB kept", "#removed as a language"],
                composition.Languages.Select(share => (string[])
                [
                    share.Language ?? "not named", Figures.Count(share.Kept),
                    Figures.Share(share.Kept, run.Funnel.Kept), Figures.Megabytes(share.KeptBytes),
                    Figures.Count(share.Removed),
                ]));
        }

        static string[] Row(OriginShare share) =>
        [
            share.Name, Figures.Count(share.Documents), Figures.Megabytes(share.Bytes), Figures.Count(share.Kept),
            Figures.Share(share.Kept, share.Documents), Figures.Megabytes(share.KeptBytes),
            Figures.Count(share.Quarantined),
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
            composition.QuarantineReasons.Select(reason => new[] { reason.Reason, Figures.Count(reason.Records) }));
        _page.Details(
            $"Records: {composition.Quarantined.Count} of {Figures.Count(run.Funnel.Quarantined)}",
            () => _page.Table(
                ["file", "#offset", "reason"],
                composition.Quarantined.Select(record => new[]
                {
                    record.File, Figures.Count(record.Offset), record.Reason,
                })));
    }

    private static readonly string[] _originHeads =
        ["source", "#documents", "#MB", "#kept", "#of these", "#MB kept", "#quarantined"];
}
