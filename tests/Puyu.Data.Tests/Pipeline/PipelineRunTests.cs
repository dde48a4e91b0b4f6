using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

public sealed class PipelineRunTests : IDisposable
{
    private readonly RunFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(3, 64)]
    public void Run_GivesTheSame_WhateverThreadsAndParts(int threads, int partMegabytes)
    {
        _fixture.WriteFiles(files: 3, documents: 9_000);
        _fixture.Run(_fixture.Recipe(), threads: 1);
        string other = Path.Combine(_fixture.Root, "other");

        _fixture.Run(_fixture.Recipe(partMegabytes: partMegabytes), other, threads);

        Assert.Equal(_fixture.Output(), _fixture.Output(other));
    }

    [Fact]
    public void Run_GivesTheSame_WhateverTheOrderOfSources()
    {
        _fixture.WriteFiles(files: 2, documents: 500);
        _fixture.Run(_fixture.Recipe());
        string other = Path.Combine(_fixture.Root, "other");

        _fixture.Run(
            _fixture.Recipe(sources: """
                [ { "path": "f1.lines", "format": "lines" }, { "path": "f0.lines", "format": "lines" } ]
                """),
            other);

        Assert.NotEmpty(_fixture.Output());
        Assert.Equal(_fixture.Output(), _fixture.Output(other));
    }

    [Fact]
    public void Run_DoesNothing_TheSecondTime()
    {
        _fixture.WriteFiles(files: 2, documents: 500);

        int first = _fixture.Run(_fixture.Recipe());
        Dictionary<string, DateTime> before = Times();
        int second = _fixture.Run(_fixture.Recipe());

        Assert.NotEqual(0, first);
        Assert.Equal(0, second);
        Assert.Equal(before, Times());
    }

    [Fact]
    public void Run_RepeatsOnlyWhatAChangedBoundConcerns()
    {
        _fixture.WriteFiles(files: 2, documents: 500);
        int all = _fixture.Run(_fixture.Recipe());
        string[] before = _fixture.Output();

        int changed = _fixture.Run(_fixture.Recipe(
            RunFixture.AllSteps.Replace("0.25", "0.125", StringComparison.Ordinal)));

        // One part: the pass of the last step, the output, the ledger. Before it: clean, a summary, decisions, dedup.
        Assert.Equal(7, all);
        Assert.Equal(3, changed);
        Assert.ProperSubset(before.ToHashSet(), _fixture.Output().ToHashSet());
        Assert.Equal(2, _fixture.Run(_fixture.Recipe())); // the finished file and the ledger
    }

    [Fact]
    public void Run_RepeatsOnlyPartsThatChanged()
    {
        _fixture.WriteFiles(files: 3, documents: 9_000);
        string steps = """[ { "name": "clean", "stages": [ { "stage": "length" } ] } ]""";
        int all = _fixture.Run(_fixture.Recipe(steps, partMegabytes: 1));
        string path = Path.Combine(_fixture.Root, "f2.lines");
        File.AppendAllText(path, "new\tone more document\n");

        int changed = _fixture.Run(_fixture.Recipe(steps, partMegabytes: 1));

        Assert.Contains("new\tone more document", _fixture.Output());
        Assert.True(changed < all / 2, $"{changed} of {all} files were made again");
    }

    [Fact]
    public void Run_GoesOn_WhereverItStopped()
    {
        const string Steps = """
            [ { "name": "clean", "stages": [ { "stage": "stopping" }, { "stage": "length" } ] },
              { "name": "dedup", "stages": [ { "stage": "first-line" } ] },
              { "name": "last", "stages": [ { "stage": "stopping" } ] } ]
            """;
        _fixture.WriteFiles(files: 3, documents: 9_000);
        string whole = Path.Combine(_fixture.Root, "whole");
        var catalog = new StoppingCatalog { Left = int.MaxValue };
        _fixture.Run(_fixture.Recipe(Steps, 1, catalog: catalog.Stages), whole);
        int stops = 0;
        foreach (int after in (int[])[0, 1, 500, 4_000, 8_000, 9_000, 9_000, 9_000, 9_000, 9_000])
        {
            catalog.Left = after;
            Exception? stop = Record.Exception(() => _fixture.Run(_fixture.Recipe(Steps, 1, catalog: catalog.Stages)));
            stops += stop is InvalidOperationException ? 1 : 0;
        }

        catalog.Left = int.MaxValue;
        _fixture.Run(_fixture.Recipe(Steps, 1, catalog: catalog.Stages));

        Assert.InRange(stops, 5, 10);
        Assert.Equal(_fixture.Output(whole), _fixture.Output());
        Assert.Equal(0, _fixture.Run(_fixture.Recipe(Steps, 1, catalog: catalog.Stages)));
    }

    [Fact]
    public void Run_RefusesAFolderWhereAnotherIsAtWork()
    {
        _fixture.WriteFiles(files: 1, documents: 10);
        PipelineRun run = PipelineRun.Create(_fixture.Recipe(), _fixture.Out, default);
        IOException? error = null;

        run.Run(1, new Callback(() => error ??= Assert.Throws<IOException>(() => run.Run(1, null, default))), default);

        Assert.Contains("another run is at work", error!.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(16)]
    public void RunShard_GivesTheSame_AsOneRun(int tasks)
    {
        _fixture.WriteFiles(files: 3, documents: 9_000);
        string whole = Path.Combine(_fixture.Root, "whole");
        _fixture.Run(_fixture.Recipe(partMegabytes: 1), whole);
        PipelineRun run = PipelineRun.Create(_fixture.Recipe(partMegabytes: 1), _fixture.Out, default);

        var outcomes = new List<ShardOutcome>();
        for (int phase = 0; phase < run.Phases.Count; phase++)
        {
            for (int rank = tasks - 1; rank >= 0; rank--)
            {
                outcomes.Add(run.RunShard(tasks, rank, phase, 1, null, default));
            }
        }

        Assert.Equal(_fixture.Output(whole), _fixture.Output());
        Assert.True(outcomes[tasks - 1].IsPhaseDone);
        Assert.Equal(tasks == 1, outcomes[0].IsPhaseDone);
        Assert.True(outcomes[^1].IsRunDone);
        Assert.Equal(0, _fixture.Run(_fixture.Recipe(partMegabytes: 1)));
    }

    [Fact]
    public void RunShard_TakesTheFirstPhaseThatIsNotDone_AndRefusesLaterOnes()
    {
        _fixture.WriteFiles(files: 1, documents: 50);
        PipelineRun run = PipelineRun.Create(_fixture.Recipe(), _fixture.Out, default);

        IOException error = Assert.Throws<IOException>(() => run.RunShard(1, 0, 2, 1, null, default));
        int[] phases = [.. run.Phases.Select(_ => run.RunShard(1, 0, null, 1, null, default).Phase)];

        Assert.Contains("phase 0", error.Message, StringComparison.Ordinal);
        Assert.Equal([0, 1, 2, 3], phases);
    }

    [Fact]
    public void Run_SaysOnWhichDocumentAStageFailed()
    {
        _fixture.WriteFiles(files: 1, documents: 5);
        var failing = new StageFactory("failing", (_, _) => new FailingStage());
        Recipe recipe = _fixture.Recipe(
            """[ { "name": "a", "stages": [ { "stage": "failing" } ] } ]""",
            catalog: new StageCatalog([failing], [TestCatalog.Lines]));

        InvalidOperationException error =
            Assert.Throws<InvalidOperationException>(() => _fixture.Run(recipe));

        Assert.Contains("stage failing failed on f0.lines@0: no", error.Message, StringComparison.Ordinal);
    }

    private Dictionary<string, DateTime> Times() =>
        Directory.EnumerateFiles(_fixture.Out, "*", SearchOption.AllDirectories)
            .ToDictionary(path => path, File.GetLastWriteTimeUtc);

    private sealed class FailingStage : IStage
    {
        public string Name => "failing";

        public IReadOnlyList<Measure> Measures => [];

        public StageResult Apply(Document document, Span<float> values) => throw new ArgumentException("no");
    }

    private sealed class Callback(Action act) : IProgress<PipelineProgress>
    {
        public void Report(PipelineProgress value) => act();
    }

    /// <summary>A stage that fails once it has seen some documents.</summary>
    private sealed class StoppingCatalog
    {
        private int _left;

        public int Left { get => _left; set => _left = value; }

        public StageCatalog Stages => new(
            [LengthStage.Factory, FirstLineStage.Factory, new StageFactory("stopping", (_, _) => new Stage(this))],
            [TestCatalog.Lines]);

        private sealed class Stage(StoppingCatalog catalog) : IStage
        {
            public string Name => "stopping";

            public IReadOnlyList<Measure> Measures => [];

            public StageResult Apply(Document document, Span<float> values) =>
                Interlocked.Decrement(ref catalog._left) >= 0
                    ? new StageResult(document) : throw new IOException("stopped");
        }
    }
}
