using Puyu.Data.Audit;
using Puyu.Data.Pipeline;
using Puyu.Data.Tests.Pipeline;

namespace Puyu.Data.Tests.Audit;

public sealed class RunStatisticsTests : IDisposable
{
    private readonly RunFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Counts_AddUp(ulong seed)
    {
        _fixture.WriteFiles(files: 3, documents: 300, seed);
        _fixture.Run(_fixture.Recipe());

        RunStatistics run = RunStatistics.Read(_fixture.Out, default);

        LedgerFunnel funnel = run.Funnel;
        Assert.All(funnel.Stages.Index(), stage => Assert.Equal(
            stage.Item.Removed, run.Rules.Where(rule => rule.StageIndex == stage.Index).Sum(rule => rule.Removed)));
        OriginShare source = Assert.Single(run.Composition.Sources);
        Assert.Equal(
            new OriginShare("*.lines", 900, funnel.Bytes, funnel.Kept, funnel.KeptBytes, funnel.Quarantined), source);
        Assert.Equal(3, run.Composition.FileCount);
        Assert.Equal(funnel.KeptBytes, run.Composition.Files.Sum(file => file.KeptBytes));
        LanguageShare language = Assert.Single(run.Composition.Languages);
        Assert.Equal(new LanguageShare(null, funnel.Kept, funnel.KeptBytes, 0), language);
        Assert.Equal(funnel.Quarantined, run.Composition.QuarantineReasons.Sum(reason => reason.Records));
        Assert.Equal("f0.lines", run.Composition.Quarantined[0].File);
    }

    [Fact]
    public void Bytes_AddUp()
    {
        // No stage of these changes a text, so that what is left is what was read without what was removed.
        _fixture.WriteFiles(files: 2, documents: 300);
        _fixture.Run(_fixture.Recipe("""
            [ { "name": "a", "stages": [ { "stage": "length", "prefix": "", "min": { "characters": 6 } } ] },
              { "name": "b", "stages": [ { "stage": "length", "prefix": "", "max": { "digits": 0.25 } } ] } ]
            """));

        LedgerFunnel funnel = RunStatistics.Read(_fixture.Out, default).Funnel;

        long left = funnel.Bytes;
        foreach (FunnelStage stage in funnel.Stages)
        {
            left -= stage.RemovedBytes;
            Assert.Equal(left, stage.Bytes);
        }

        Assert.Equal(left, funnel.KeptBytes);
        Assert.All(funnel.Stages, stage => Assert.True(stage.Removed > 0));
    }

    [Fact]
    public void Curves_AreWhatRunsWithThoseBoundsRemove()
    {
        _fixture.WriteFiles(files: 2, documents: 400);
        _fixture.Run(_fixture.Recipe());

        RunStatistics run = RunStatistics.Read(_fixture.Out, default);

        Assert.Equal(
            [
                ("clean", "characters", "min"), ("clean", "digits", "max"),
                ("quality", "characters", "min"), ("quality", "digits", "max"),
            ],
            run.Bounds.Select(curve => (curve.Step, curve.Measure.Name, curve.Side)));
        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);
        Assert.All(run.Bounds, curve =>
        {
            bool isMin = curve.Side == "min";
            float present = (isMin ? curve.Measure.Min : curve.Measure.Max)!.Value;
            FunnelStage stage =
                run.Funnel.Stages.Single(stage => (stage.Step, stage.Stage) == (curve.Step, curve.Stage));
            Assert.Equal((stage.Documents, stage.Removed), (curve.Documents, curve.Removed));
            Assert.Equal(stage.Removed, Assert.Single(curve.Points, point => point.Bound == present).Removed);
            Assert.True(curve.Points.Count > 3);
            Assert.All(curve.Points, point =>
            {
                WhatIf counted = ledger.WhatIf($"{curve.Step}/{curve.Stage}", curve.Measure.Name, measure => isMin
                    ? measure with { Min = point.Bound } : measure with { Max = point.Bound });
                Assert.Equal(counted.Documents - counted.KeptThen, point.Removed);
            });
            WhatIf without = ledger.WhatIf($"{curve.Step}/{curve.Stage}", curve.Measure.Name, measure => isMin
                ? measure with { Min = null } : measure with { Max = null });
            Assert.Equal(without.Documents - without.KeptThen, curve.RemovedByOthers);
        });
    }

    [Fact]
    public void Duplicates_AreWhatTheStageDecided()
    {
        _fixture.WriteFiles(files: 2, documents: 400);
        _fixture.Run(_fixture.Recipe());
        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);

        DuplicateSummary summary = Assert.Single(RunStatistics.Read(_fixture.Out, default).Duplicates);
        DuplicatePair[] pairs = [.. ledger.Duplicates()];

        Assert.Equal(("dedup", "first-line"), (summary.Step, summary.Stage));
        Assert.Equal(ledger.Funnel().Stages[1].Removed, summary.Duplicates);
        DuplicatePair[] removed = [.. pairs.Where(pair => pair.IsRemoved)];
        Assert.Equal(summary.Duplicates, removed.Length);
        Assert.Equal(summary.Clusters, removed.DistinctBy(pair => pair.SurvivorSource).Count());
        Assert.Equal(
            removed.CountBy(pair => pair.SurvivorSource).CountBy(cluster => cluster.Value + 1L)
                .OrderBy(size => size.Key).Select(size => new ClusterSize(size.Key, size.Value)),
            summary.Sizes);
        Assert.All(pairs, pair =>
        {
            LedgerDocument document = ledger.Find(pair.Source)!;
            LedgerDecision decision = ledger.DecisionsOn(document).Single(decision => decision.Stage == pair.Stage);
            Assert.Equal(pair.IsRemoved, decision.IsRemoved);
            Assert.Equal(
                (pair.Id, pair.SurvivorId, pair.SurvivorSource),
                (document.Id, decision.MatchedId!, decision.Matched!.Value));
        });
        DuplicateCluster largest = summary.Largest[0];
        Assert.Equal(summary.Sizes[^1].Size - 1, largest.Duplicates);
        Assert.Equal(ledger.Find(largest.Source)!.OutputFile is not null, largest.IsKept);
        Assert.All(largest.Members, member => Assert.Contains(
            removed, pair => pair.Source == member.Source && pair.SurvivorSource == largest.Source));
    }

    [Fact]
    public void Samples_AreTheLeastKeysOfEachRule_WhateverThePartsAndThreads()
    {
        _fixture.WriteFiles(files: 3, documents: 300);
        _fixture.Run(_fixture.Recipe(), threads: 1);
        string other = Path.Combine(_fixture.Root, "other");
        string[] sources = ["f0", "f1", "f2"]; // a part each, where *.lines is one part
        _fixture.Run(
            _fixture.Recipe(sources: $"[{string.Join(',', sources.Select(name =>
                $$"""{ "path": "{{name}}.lines", "format": "lines" }"""))}]"),
            other, threads: 3);

        IReadOnlyList<LedgerSample> samples = RunStatistics.Read(_fixture.Out, default).Samples;

        Assert.Equal(samples.Select(Describe), RunStatistics.Read(other, default).Samples.Select(Describe));
        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);
        LedgerDocument[] all = [.. Enumerable.Range(0, 3).SelectMany(file => Enumerable.Range(0, 300)
            .SelectMany(i => ledger.Find(FormattableString.Invariant($"f{file}-{i}"))))];
        var expected = all.OrderBy(document => document.Source.Key)
            .GroupBy(document =>
                ledger.DecisionsOn(document).LastOrDefault(decision => decision.IsRemoved) is { } removal
                    ? (removal.Step, removal.Rule) : default)
            .SelectMany(group => group.Take(group.Key == default ? 12 : 4));
        Assert.Equal(
            expected.Select(document => document.Id).Order(StringComparer.Ordinal),
            samples.Select(sample => sample.Document.Id).Order(StringComparer.Ordinal));
        string[] written =
        [
            .. _fixture.Output().Select(line => string.Join(
                ' ', line.Split('\t')[1].Split([' ', '|'], StringSplitOptions.RemoveEmptyEntries))),
        ];
        Assert.All(samples.Where(sample => sample.Removal is null), sample => Assert.Contains(
            written, text => text.StartsWith(sample.Excerpt.TrimEnd('…'), StringComparison.Ordinal)));

        static string Describe(LedgerSample sample) =>
            $"{sample.Document.Source} {sample.Removal?.Step} {sample.Removal?.Rule} {sample.Excerpt}";
    }

    [Theory]
    [InlineData("a.lines", "")]
    [InlineData("a.lines", "no tab at all\n")]
    [InlineData("a.lines", "one\tshort\ntwo\tx\n")]
    public void Read_TakesRunsThatLeaveNothing(string file, string content)
    {
        File.WriteAllText(Path.Combine(_fixture.Root, file), content);
        _fixture.Run(_fixture.Recipe());

        RunStatistics run = RunStatistics.Read(_fixture.Out, default);

        Assert.Equal(0, run.Funnel.Kept);
        Assert.Equal(run.Funnel.Documents, run.Rules.Sum(rule => rule.Removed));
        Assert.Equal(run.Funnel.Documents, run.Samples.Count);
        Assert.Empty(run.Duplicates);
        Assert.Equal(4, run.Bounds.Count);
    }

    [Theory]
    [InlineData("/a/*/c.gz", "/a/b/c.gz", true)]
    [InlineData("/a/*/c.gz", "/a/c.gz", false)]
    [InlineData("/a", "/a/b/c.html", true)]
    [InlineData("../a/*.gz", "../a/b.gz", true)]
    public void FilePattern_KnowsTheFilesOutsideOfTheFolder(string pattern, string file, bool isOf) =>
        Assert.Equal(isOf, FilePattern.IsOf(pattern, file));

    [Theory]
    [InlineData("a.jsonl", "a.jsonl", true)]
    [InlineData("a.jsonl", "b.jsonl", false)]
    [InlineData("crawl", "crawl/x/y.html", true)]
    [InlineData("crawl", "crawler/y.html", false)]
    [InlineData("*/a?.gz", "x/a1.gz", true)]
    [InlineData("*/a?.gz", "x/y/a1.gz", false)]
    [InlineData("**/a?.gz", "x/y/a1.gz", true)]
    [InlineData("**/a?.gz", "a1.gz", true)]
    [InlineData("x/**", "x/y/z", true)]
    [InlineData("x/**", "y/x/z", false)]
    public void FilePattern_KnowsTheFilesThatItNames(string pattern, string file, bool isOf)
    {
        Assert.Equal(isOf, FilePattern.IsOf(pattern, file));
        string path = Path.Combine(_fixture.Root, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
        Assert.Equal(
            isOf, FilePattern.Match(_fixture.Root, pattern).Any(found =>
                found.Name == file || file.StartsWith(found.Name + "/", StringComparison.Ordinal)));
    }
}
