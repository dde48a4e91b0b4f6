using Puyu.Abstractions;
using Puyu.Data.Deduplication;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Deduplication;

public sealed class MinHashStageTests
{
    private const string Page =
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen";

    [Fact]
    public void Decide_KeepsTheNewest_WhateverThePartsOrderAndThreads()
    {
        Document[] documents =
        [
            StageRun.Document("b", 1, Page, "2013-20"),
            StageRun.Document("c", 2, Page.ToUpperInvariant(), "2019-30"),
            StageRun.Document("a", 3, Page + "!", "2023-50"),
            StageRun.Document("d", 4, Page),
            StageRun.Document("e", 5, "something else", "2013-20"),
        ];
        var stage = new MinHashStage(new MinHashOptions { Survivor = SurvivorPolicy.Newest });

        foreach ((int parts, ulong seed, int threads) in
            (ReadOnlySpan<(int, ulong, int)>)[(1, 0, 1), (3, 1, 2), (5, 2, 1), (16, 3, 2)])
        {
            Decision[] decisions = StageRun.Decide(stage, documents, parts, seed, threads);

            Assert.Equal(3, decisions.Length);
            Assert.All(decisions, decision => Assert.Equal(documents[2].Id, decision.MatchedId));
            Assert.All(decisions, decision => Assert.Equal(documents[2].Source, decision.MatchedSource));
            Assert.Equal(
                [documents[2].Id, documents[4].Id],
                StageRun.Apply(stage, documents, decisions).Select(document => document.Id));
        }
    }

    [Theory]
    [InlineData(SurvivorPolicy.First, null, "a@300")]
    [InlineData(SurvivorPolicy.Longest, null, "c@200")]
    [InlineData(SurvivorPolicy.Newest, "date", "b@100")]
    [InlineData(SurvivorPolicy.Best, "toxicity", "b@100")]
    [InlineData(SurvivorPolicy.Best, "fluency", "d@400")]
    public void Decide_KeepsByPolicy(SurvivorPolicy policy, string? by, string survivor)
    {
        Document[] documents =
        [
            Scored("b", 1, Page, "2024-01-01T00:30:00+00:00", 0.1f, 0.2f),
            Scored("c", 2, Page + " ……", "2024-01-01T01:00:00+02:00", 0.3f, -0.2f),
            Scored("a", 3, Page, "2023-12-31", 0.4f, 0.5f),
            Scored("d", 4, Page, "", 0.2f, 0.7f),
        ];
        var stage = new MinHashStage(new MinHashOptions { Survivor = policy, SurvivorBy = by });

        Decision[] decisions = StageRun.Decide(stage, documents);

        Assert.Equal(3, decisions.Length);
        Assert.All(decisions, decision => Assert.Equal(survivor, decision.MatchedId));
        Assert.All(decisions, decision => Assert.Equal(("near-duplicate", 1f, 0.7f), (
            decision.Rule, decision.Value, decision.Threshold)));
    }

    /// <summary>
    /// The stage, in parts and with sorters so small that they spill more than a hundred runs, agrees document by
    /// document with going through all texts in memory.
    /// </summary>
    [Fact]
    public void Decide_InLittleMemory_AgreesWithTheSearchInMemory()
    {
        Document[] documents = [.. Enumerable.Range(0, 200_000).Select(n => SyntheticCorpus.At(n, seed: 1))];
        var options = new MinHashOptions
        {
            Verify = Verification.Estimate, // as the search in memory does
            Hashes = 126,
            Bands = 14,
            Rows = 9,
            Survivor = SurvivorPolicy.Newest,
            MemoryMegabytes = 0.5,
        };
        Document[] ranked =
        [
            .. documents.OrderByDescending(document => document.Metadata["dump"], StringComparer.Ordinal)
                .ThenBy(document => document.Source.Key),
        ];
        Duplicates expected = Deduplicator.Find(
            [.. ranked.Select(document => document.Text)],
            new DeduplicationOptions { Bands = 14, Rows = 9, Threshold = 0.7 }, CancellationToken.None);

        Decision[] decisions = StageRun.Decide(new MinHashStage(options), documents, parts: 16);

        Assert.InRange(decisions.Length, 20_000, 60_000);
        var matches = decisions.ToDictionary(decision => decision.Key, decision => decision.MatchedId);
        Assert.Equal(
            expected.Of.Select(other => other == Duplicates.Kept ? null : ranked[other].Id),
            ranked.Select(document => matches.GetValueOrDefault(document.Source.Key)));
    }

    [Theory]
    [InlineData(Verification.None)]
    [InlineData(Verification.Estimate)]
    [InlineData(Verification.Sample)]
    [InlineData(Verification.Exact)]
    public void Decide_IsTheSame_ForAnyPartsAndMemory(Verification verify)
    {
        Document[] documents = [.. Enumerable.Range(0, 3000).Select(n => SyntheticCorpus.At(n, seed: 2))];
        var options = new MinHashOptions { Verify = verify, Survivor = SurvivorPolicy.Newest };

        string[] expected = StageRun.Describe(StageRun.Decide(new MinHashStage(options), documents, parts: 1));

        Assert.InRange(expected.Length, 250, 1000);
        foreach ((int parts, ulong seed, double memory) in
            (ReadOnlySpan<(int, ulong, double)>)[(3, 1, 0.0625), (16, 2, 1), (2, 3, 0.125)])
        {
            var stage = new MinHashStage(options with { MemoryMegabytes = memory });
            Assert.Equal(expected, StageRun.Describe(StageRun.Decide(stage, documents, parts, seed)));
        }
    }

    /// <summary>a resembles b, and b resembles c, but not a: all go without a verification, only b with one.</summary>
    [Fact]
    public void Decide_DoesNotChain_WhenItVerifies()
    {
        string[] words = [.. Enumerable.Range(0, 260).Select(i => $"word{i}")];
        Document[] documents =
        [
            .. Enumerable.Range(0, 7).Select(i => StageRun.Document(
                "a", i, string.Join(' ', words.Skip(i * 10).Take(200)))), // neighbours have 186 of 206 in common
        ];

        Decision[] chained = StageRun.Decide(
            new MinHashStage(new MinHashOptions { Verify = Verification.None }), documents);
        Decision[] verified = StageRun.Decide(
            new MinHashStage(new MinHashOptions { Verify = Verification.Exact }), documents);

        Assert.Equal(6, chained.Length);
        Assert.All(chained, decision => Assert.Equal(documents[0].Id, decision.MatchedId));
        Assert.Contains(chained, decision => decision.Value < 0.7);
        Assert.InRange(verified.Length, 3, 5);
        Assert.All(verified, decision => Assert.InRange(decision.Value, 0.7f, 1));
    }

    [Fact]
    public void Decide_ComparesCharacters_WhenAskedTo()
    {
        const string Poem = "床前明月光疑是地上霜举头望明月低头思故乡";
        Document[] documents =
        [
            StageRun.Document("a", 0, Poem + "abcdefghijklmnopqrstuvwxyz"),
            StageRun.Document("a", 1, Poem + " abc def ghi jkl mno pqr stu vwx yz"),
            StageRun.Document("a", 2, "空山不见人但闻人语响返景入深林复照青苔上"),
        ];

        Decision decision = Assert.Single(StageRun.Decide(
            new MinHashStage(new MinHashOptions { Unit = ShingleUnit.Characters }), documents));
        Assert.Empty(StageRun.Decide(new MinHashStage(new MinHashOptions()), documents));

        Assert.Equal((documents[1].Source.Key, documents[0].Id), (decision.Key, decision.MatchedId));
    }

    [Fact]
    public void Decide_LeavesDocumentsWithoutWords_AndAnEmptyCorpus()
    {
        var stage = new MinHashStage(new MinHashOptions());

        Assert.Empty(StageRun.Decide(
            stage, [StageRun.Document("a", 0, "..."), StageRun.Document("a", 1, "..."), StageRun.Document("a", 2, "")]));
        Assert.Empty(StageRun.Decide(stage, []));
    }

    [Fact]
    public void Decide_SaysWhatIsWrong_WithASummary()
    {
        using var folder = new TemporaryFolder();
        var stage = new MinHashStage(new MinHashOptions());
        using (FileStream summary = File.Create(folder.File("s")))
        {
            stage.Summarize([StageRun.Document("a", 0, Page)], summary);
            summary.SetLength(summary.Length - 1);
        }

        string message = Assert.Throws<InvalidDataException>(
            () => stage.Decide([folder.File("s")], folder.Root).Count()).Message;

        Assert.Contains("is cut short in the record at byte 0", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Validated_NamesEverythingWrong()
    {
        var options = new MinHashOptions
        {
            Hashes = 0,
            ShingleLength = 0,
            Threshold = 1,
            Bands = 2,
            Survivor = SurvivorPolicy.Best,
            MemoryMegabytes = 0,
        };

        string message = Assert.Throws<OptionsException>(options.Validated).Message;

        Assert.All(
            [
                "Hashes is 0", "ShingleLength is 0", "Threshold is 1", "Bands is 2 but must be given together",
                "SurvivorBy is null", "MemoryMegabytes is 0",
            ],
            problem => Assert.Contains(problem, message, StringComparison.Ordinal));
    }

    private static Document Scored(string file, int index, string text, string date, float toxicity, float fluency) =>
        StageRun.Document(file, index, text) with
        {
            Metadata = Document.NoMetadata.Add("date", date),
            Scores = [new Score("toxicity", toxicity, false), new Score("fluency", fluency, true)],
        };
}
