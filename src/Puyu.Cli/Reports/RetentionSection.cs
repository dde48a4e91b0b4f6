using Puyu.Data.Audit;
using static Puyu.Cli.Display.Figures;

namespace Puyu.Cli.Reports;

/// <summary>How many documents, and how much text, went how far.</summary>
/// <param name="run">The run.</param>
/// <param name="page">Where to.</param>
internal sealed class RetentionSection(RunStatistics run, HtmlPage page)
{
    private readonly LedgerFunnel _funnel = run.Funnel;

    /// <summary>Adds the section.</summary>
    public void Add()
    {
        page.Heading("What is left");
        page.Figure(SankeyChart.Draw("Documents left and removed, stage by stage", [.. DocumentRows()]));
        page.Subheading("By step");
        AddSteps();
        page.Subheading("By stage and rule");
        page.Paragraph(
            "A document counts for the first bound that it broke. At each stage documents in = removed + kept, and "
            + "what one keeps the next one gets. The shares of a rule are those that it removed.");
        page.Table(
            ["stage and rule", "#in", "#removed", "#changed", "#kept", "#of these", "#of all"], RuleRows());
        page.Subheading("Text");
        page.Figure(SankeyChart.Draw("Bytes of text left, removed and cut, stage by stage", [.. ByteRows()]));
        page.Paragraph(
            "Text of removed documents counts as it came to the first of the stages that work together; cut is what "
            + "stages took from documents that they kept.");
    }

    private void AddSteps()
    {
        string[] heads = ["step", "#in", "#removed", "#kept", "#of these", "#of all", "#removed there", "#left there"];
        if (_funnel.Stages.All(stage => WanJuanCc.Yield(stage.Step) is null))
        {
            page.Table(heads[..^2], StepRows());
            return;
        }

        page.Paragraph(
            "The last two columns are those of WanJuan-CC, for steps of the same names: English pages of Common Crawl, "
            + "counted from all of the crawl on.");
        page.Table(heads, StepRows());
    }

    private IEnumerable<SankeyChart.Row> DocumentRows()
    {
        yield return Level("read", _funnel.Documents);
        for (int i = 0; i < _funnel.Stages.Count; i++)
        {
            FunnelStage stage = _funnel.Stages[i];
            yield return new SankeyChart.Row(
                stage.Stage,
                stage.Removed > 0 ? $"−{Count(stage.Removed)} ({Share(stage.Removed, stage.Documents)})"
                    : stage.Changed > 0 ? $"{Count(stage.Changed)} changed" : "nothing",
                stage.Removed, IsLevel: false);
            bool isLast = i == _funnel.Stages.Count - 1;
            if (isLast || _funnel.Stages[i + 1].Step != stage.Step)
            {
                yield return Level(isLast ? $"{stage.Step}, result" : stage.Step, stage.Kept);
            }
        }

        SankeyChart.Row Level(string name, long documents) => new(
            name, $"{Count(documents)} · {Share(documents, _funnel.Documents)}", documents, IsLevel: true);
    }

    private IEnumerable<SankeyChart.Row> ByteRows()
    {
        long left = _funnel.Bytes;
        yield return Level("read", left);
        for (int i = 0; i < _funnel.Stages.Count; i++)
        {
            FunnelStage stage = _funnel.Stages[i];
            left -= stage.RemovedBytes;
            if (stage.RemovedBytes > 0)
            {
                yield return new SankeyChart.Row(
                    stage.Stage, $"−{Bytes(stage.RemovedBytes)} removed", stage.RemovedBytes, IsLevel: false);
            }

            if (stage.Bytes is not { } behind)
            {
                continue; // not the last of its pass
            }

            if (left != behind)
            {
                string text = left > behind ? $"−{Bytes(left - behind)}" : $"+{Bytes(behind - left)}";
                yield return new SankeyChart.Row(
                    left > behind ? $"cut in {stage.Step}" : $"added in {stage.Step}", text, left - behind,
                    IsLevel: false);
                left = behind;
            }

            bool isLast = i == _funnel.Stages.Count - 1;
            if (isLast || _funnel.Stages[i + 1].Step != stage.Step)
            {
                yield return Level(isLast ? $"{stage.Step}, result" : stage.Step, left);
            }
        }

        SankeyChart.Row Level(string name, long bytes) => new(
            name, $"{Bytes(bytes)} · {Share(bytes, _funnel.Bytes)}", bytes, IsLevel: true);
    }

    private IEnumerable<string[]> StepRows()
    {
        foreach (IGrouping<string, FunnelStage> step in _funnel.Stages.GroupBy(stage => stage.Step))
        {
            long documents = step.First().Documents;
            long kept = step.Last().Kept;
            (double Removed, double OfAll)? there = WanJuanCc.Yield(step.Key);
            yield return
            [
                step.Key, Count(documents), Count(documents - kept), Count(kept),
                Share(kept, documents), Share(kept, _funnel.Documents),
                there is null ? "" : Share(there.Value.Removed),
                there is null ? "" : Share(there.Value.OfAll),
            ];
        }
    }

    private IEnumerable<string[]> RuleRows()
    {
        foreach ((int index, FunnelStage stage) in _funnel.Stages.Index())
        {
            yield return
            [
                $"{stage.Step}/{stage.Stage}", Count(stage.Documents), Count(stage.Removed),
                Count(stage.Changed), Count(stage.Kept), Share(stage.Kept, stage.Documents),
                Share(stage.Kept, _funnel.Documents),
            ];
            foreach (RuleCount rule in run.Rules.Where(rule => rule.StageIndex == index))
            {
                yield return
                [
                    $"– {rule.Rule}", "", Count(rule.Removed), rule.Changed == 0 ? "" : Count(rule.Changed),
                    "", Share(rule.Removed, stage.Documents), Share(rule.Removed, _funnel.Documents),
                ];
            }
        }
    }
}
