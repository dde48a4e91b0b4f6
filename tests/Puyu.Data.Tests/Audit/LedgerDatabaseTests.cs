using System.Globalization;
using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Audit;
using Puyu.Data.Tests.Pipeline;

namespace Puyu.Data.Tests.Audit;

public sealed class LedgerDatabaseTests : IDisposable
{
    private readonly RunFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void Funnel_AddsUp_ForRandomRecipes(ulong seed)
    {
        _fixture.WriteFiles(files: 3, documents: 200, seed);
        _fixture.Run(_fixture.Recipe(RandomSteps(seed)));

        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);
        LedgerFunnel funnel = ledger.Funnel();

        Assert.Equal(600, funnel.Documents);
        Assert.Equal(9, funnel.Quarantined); // 3 a file
        long left = funnel.Documents;
        foreach (FunnelStage stage in funnel.Stages)
        {
            Assert.Equal(left, stage.Documents);
            Assert.InRange(stage.Removed, 0, left);
            left -= stage.Removed;
        }

        Assert.Equal(left, funnel.Kept);
        Assert.Equal(left, _fixture.Output().Length);
        Assert.Equal(600 - left, AllDocuments(ledger).Count(document => document.OutputFile is null));
    }

    [Fact]
    public void EveryDocument_IsKeptWithItsPlaceOrRemovedByOneBoundThatItBreaks()
    {
        _fixture.WriteFiles(files: 2, documents: 300);
        _fixture.Run(_fixture.Recipe());

        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);

        Assert.All(AllDocuments(ledger), document =>
        {
            IReadOnlyList<LedgerDecision> removals =
                [.. ledger.DecisionsOn(document).Where(decision => decision.IsRemoved)];
            if (document.OutputFile is { } file)
            {
                Assert.Empty(removals);
                byte[] written = File.ReadAllBytes(Path.Combine(_fixture.Out, file));
                string rest = Encoding.UTF8.GetString(written.AsSpan((int)document.OutputOffset!.Value));
                Assert.StartsWith($"{document.Id}\t", rest, StringComparison.Ordinal);
                return;
            }

            LedgerDecision removal = Assert.Single(removals);
            if (removal.Stage == "first-line")
            {
                Assert.Equal("same-first-line", removal.Rule);
                Assert.Equal(removal.MatchedId, ledger.Find(removal.Matched!.Value)!.Id);
                return;
            }

            Assert.Equal($"'{document.Id}'", removal.Note);
            Assert.Contains(ledger.ValuesOf(document), value => value.Stage == removal.Stage
                && value.Step == removal.Step && value.Measure.Name == removal.Rule && value.Value == removal.Value
                && !value.Measure.Admits(value.Value)
                && removal.Bound == (removal.Side == "min" ? value.Measure.Min : value.Measure.Max));
        });
    }

    [Fact]
    public void Find_TakesIdsSourcesAndTexts()
    {
        File.WriteAllText(Path.Combine(_fixture.Root, "a.lines"), "one\t> Hello, wide World|x\ntwo\tanother text\n");
        _fixture.Run(_fixture.Recipe());

        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);

        Assert.Equal("two", Assert.Single(ledger.Find("two")).Id);
        Assert.Equal("one", Assert.Single(ledger.Find("a.lines@0")).Id);
        Assert.Equal("two", Assert.Single(ledger.Find("a.lines@26")).Id);
        Assert.Equal("one", Assert.Single(ledger.Find("hello wide WORLD x")).Id);
        Assert.Empty(ledger.Find("hello wide"));
        Assert.Empty(ledger.Find("a.lines@1"));
    }

    [Theory]
    [InlineData(3f, null)]
    [InlineData(15f, null)]
    [InlineData(6f, 20f)]
    public void WhatIf_CountsWhatARunWouldKeep(float min, float? max)
    {
        _fixture.WriteFiles(files: 2, documents: 400);
        _fixture.Run(_fixture.Recipe());
        string other = Path.Combine(_fixture.Root, "other");
        string top = max is null ? "" : string.Create(
            CultureInfo.InvariantCulture, $", \"max\": {{ \"characters\": {max} }}");
        string bounds = string.Create(CultureInfo.InvariantCulture, $"\"min\": {{ \"characters\": {min} }}{top}");
        _fixture.Run(
            _fixture.Recipe(RunFixture.AllSteps.Replace(
                "\"min\": { \"characters\": 6 }", bounds, StringComparison.Ordinal)),
            other);

        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);
        WhatIf counts = ledger.WhatIf("clean/length", "characters", present => present with { Min = min, Max = max });

        using LedgerDatabase actual = LedgerDatabase.Open(other);
        Assert.Equal(ledger.Funnel().Stages[0].Kept, counts.Kept);
        Assert.Equal(actual.Funnel().Stages[0].Kept, counts.KeptThen);
        Assert.Equal(counts.Kept - counts.NewlyRemoved + counts.NewlyKept, counts.KeptThen);
        Assert.InRange(counts.NewlyRemovedFromOutput, 0, counts.NewlyRemoved);
    }

    [Theory]
    [InlineData("length", "characters", "must be one of clean/length, quality/length")]
    [InlineData("size", "characters", "must be one of clean/length, dedup/first-line, quality/length")]
    [InlineData("clean/length", "words", "must be one of characters, digits")]
    [InlineData("first-line", "words", "measures nothing")]
    public void WhatIf_NamesWhatThereIs(string stage, string measure, string problem)
    {
        _fixture.WriteFiles(files: 1, documents: 10);
        _fixture.Run(_fixture.Recipe());
        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);

        ArgumentException error =
            Assert.Throws<ArgumentException>(() => ledger.WhatIf(stage, measure, present => present));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SaysThatNothingWasFinishedThere()
    {
        FileNotFoundException error = Assert.Throws<FileNotFoundException>(() => LedgerDatabase.Open(_fixture.Root));

        Assert.Contains("has no ledger.db", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NamesAFileThatIsNoLedger_AndARunMakesItAgain()
    {
        _fixture.WriteFiles(files: 1, documents: 10);
        _fixture.Run(_fixture.Recipe());
        string path = Path.Combine(_fixture.Out, "ledger.db");
        File.WriteAllText(path, "no database at all, but long enough to have a header of one hundred bytes and some ................");

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => LedgerDatabase.Open(_fixture.Out));
        int files = _fixture.Run(_fixture.Recipe());

        Assert.Contains("ledger.db is not a ledger of version 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, files);
        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);
        Assert.Equal(10, ledger.Funnel().Documents);
    }

    private static IEnumerable<LedgerDocument> AllDocuments(LedgerDatabase ledger) =>
        Enumerable.Range(0, 3).SelectMany(file => Enumerable.Range(0, 300)
            .SelectMany(i => ledger.Find(string.Create(CultureInfo.InvariantCulture, $"f{file}-{i}"))));

    private static string RandomSteps(ulong seed)
    {
        var random = new CounterRandom(seed, stream: 9);
        var steps = new StringBuilder("[");
        int count = 1 + random.NextInt32(4);
        for (int i = 0; i < count; i++)
        {
            steps.Append(CultureInfo.InvariantCulture, $"{(i == 0 ? "" : ",")} {{ \"name\": \"s{i}\", \"stages\": [");
            int stages = 1 + random.NextInt32(4);
            for (int k = 0; k < stages; k++)
            {
                steps.Append(k == 0 ? "" : ", ").Append(random.NextInt32(3) == 0
                    ? """{ "stage": "first-line" }"""
                    : string.Create(CultureInfo.InvariantCulture, $$"""
                        { "stage": "length", "prefix": "{{(random.NextInt32(2) == 0 ? "> " : "word")}}",
                          "min": { "characters": {{random.NextInt32(12)}} },
                          "max": { "digits": {{random.NextInt32(10) / 10.0}} } }
                        """));
            }

            steps.Append("] }");
        }

        return steps.Append(']').ToString();
    }
}
