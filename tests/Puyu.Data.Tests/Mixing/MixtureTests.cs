using System.Globalization;
using System.Text.Json;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Mixing;

public sealed class MixtureTests : IDisposable
{
    private const string Weights = """
        "tokenizer": "tokenizer.json", "shardTokens": 20000, "mixture": { "tokens": 150000, "groups": [
          { "name": "text", "metadata": { "kind": ["en", "cn"] }, "weight": 7, "maxEpochs": 2 },
          { "name": "code", "metadata": { "kind": ["code"] }, "weight": 3, "maxEpochs": 5 } ] }
        """;

    private readonly MixFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Fact]
    public void Weights_AreShares_OfTheWholeAndOfEveryStretch()
    {
        _fixture.WriteKinds(2, 2_000, "en", "cn", "code", "other");

        int[][] documents = _fixture.Read("tokens", Weights);

        Assert.InRange(documents.Sum(ids => ids.Length), 149_800, 150_200);
        Assert.InRange(CodeShare(documents), 0.295, 0.305);
        Assert.DoesNotContain(documents, ids => KindOf(ids) == "other");
        for (int first = 0; first + 1000 < documents.Length; first += 1000)
        {
            Assert.InRange(CodeShare(documents[first..(first + 1000)]), 0.29, 0.31);
        }
    }

    [Fact]
    public void Epochs_RepeatTheHigh_AndDropTheLow()
    {
        _fixture.WriteKinds(1, 600, "code");

        int[][] documents = _fixture.Read("ds", """
            "tokenizer": "tokenizer.json", "mixture": { "groups": [
              { "name": "high", "scores": { "quality": { "min": 0.8 } }, "epochs": 3 },
              { "name": "moderate", "scores": { "quality": { "min": 0.2 } }, "epochs": 1 },
              { "name": "low", "epochs": 0 } ] }
            """);

        string[] texts = [.. documents.Select(ids => _fixture.Tokenizer.Decode(ids))];
        foreach (string line in File.ReadLines(Path.Combine(_fixture.Root, "f0.jsonl")))
        {
            JsonElement document = JsonDocument.Parse(line).RootElement;
            float quality = document.GetProperty("scores")[0].GetProperty("value").GetSingle();
            int expected = quality >= 0.8f ? 3 : quality >= 0.2f ? 1 : 0;
            Assert.Equal(expected, texts.Count(text => text == document.GetProperty("text").GetString() + "</s>"));
        }

        // Every epoch has an order of its own, and ends before the next one begins.
        string[] high = [.. texts.GroupBy(text => text).Where(text => text.Count() == 3).Select(text => text.Key)];
        string[][] epochs = [.. texts.Where(high.Contains).Chunk(high.Length)];
        Assert.Equal(3, epochs.Length);
        Assert.All(epochs, epoch => Assert.Equal(high.Order(), epoch.Order()));
        Assert.NotEqual(epochs[0], epochs[1]);
        Assert.NotEqual(epochs[1], epochs[2]);
    }

    [Fact]
    public void WithoutTokens_TheScarcestGroupIsUsedUp()
    {
        _fixture.WriteKinds(1, 3_000, "en", "en", "en", "en", "en", "code");

        int[][] documents = _fixture.Read("tokens", """
            "tokenizer": "tokenizer.json", "mixture": { "groups": [
              { "name": "code", "metadata": { "kind": ["code"] }, "weight": 0.5, "maxEpochs": 2 },
              { "name": "text", "weight": 0.5 } ] }
            """);

        string[] code = [.. documents.Where(ids => KindOf(ids) == "code").Select(ids => string.Join(',', ids))];
        Assert.All(code.GroupBy(ids => ids), copies => Assert.Equal(2, copies.Count()));
        Assert.InRange(CodeShare(documents), 0.495, 0.505);
    }

    [Fact]
    public void Sources_ChooseGroups()
    {
        _fixture.WriteKinds(3, 50, "en");

        int[][] documents = _fixture.Read("tokens", """
            "tokenizer": "tokenizer.json", "mixture": { "groups": [
              { "name": "two", "sources": ["f0.*", "**/f2.jsonl"], "epochs": 1 } ] }
            """);

        string[] files = [.. documents.Select(ids => _fixture.Tokenizer.Decode(ids).Split(' ')[1])];
        Assert.Equal(["0", "2"], files.Distinct().Order());
        Assert.Equal(100, files.Length);
    }

    [Theory]
    [InlineData(1, 1, 20_000)]
    [InlineData(2, 1, 20_000)]
    [InlineData(3, 64, 1_000)]
    public void Output_IsTheSame_WhateverThreadsPartsAndFiles(int threads, int partMegabytes, int shardTokens)
    {
        _fixture.WriteKinds(2, 6_000, "en", "cn", "code", "other");
        int[][] expected = _fixture.Read("tokens", Weights, threads: 1);
        string other = Path.Combine(_fixture.Root, "other");

        int[][] actual = _fixture.Read(
            "tokens", Weights.Replace("20000", $"{shardTokens}", StringComparison.Ordinal), partMegabytes, threads,
            other);

        Assert.NotEmpty(expected);
        Assert.Equal(expected, actual);
        Assert.Equal(partMegabytes == 1, PipelineRun.Create(
            _fixture.Recipe($$"""{ "format": "tokens", {{Weights}} }""", partMegabytes), other, default).Parts > 2);
    }

    [Fact]
    public void Seed_ChangesTheOrder()
    {
        _fixture.WriteKinds(1, 200, "en");
        int[][] first = _fixture.Read("tokens", """ "tokenizer": "tokenizer.json" """);

        int[][] other = _fixture.Read("tokens", """ "tokenizer": "tokenizer.json", "seed": 6 """);

        Assert.NotEqual(first, other);
        Assert.Equal(Sorted(first), Sorted(other));
    }

    [Theory]
    [InlineData(
        """ "tokens": 100000, "groups": [ { "name": "en", "weight": 1, "maxEpochs": 2 } ] """,
        "output.mixture needs 100000 tokens of en, which has")]
    [InlineData(
        """ "groups": [ { "name": "none", "metadata": { "kind": ["no"] }, "weight": 1 } ] """,
        "output.mixture cannot be made: none has a weight but no document fits it")]
    [InlineData(
        """
         "tokens": 100, "groups": [ { "name": "cn", "metadata": { "kind": ["cn"] }, "epochs": 1 },
          { "name": "en", "weight": 1 } ]
        """,
        "output.mixture.tokens is 100 but the groups with epochs take")]
    [InlineData(
        """
         "tokens": 90, "groups": [ { "name": "cn", "metadata": { "kind": ["cn"] }, "weight": 1 },
          { "name": "en", "weight": 1 } ]
        """,
        "to within 0.5 %; documents stay whole")]
    public void Mixture_ThatCannotBeMade_SaysWhy_AndWritesNothing(string mixture, string problem)
    {
        _fixture.WriteKinds(1, 400, "en", "cn");
        Recipe recipe = _fixture.Recipe(
            $$"""{ "format": "tokens", "tokenizer": "tokenizer.json", "mixture": { {{mixture}} } }""");

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => _fixture.Run(recipe));

        Assert.Contains(problem, error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Path.Combine(_fixture.Out, "out")));
    }

    [Fact]
    public void Run_RepeatsOnlyWhatAChangeConcerns()
    {
        _fixture.WriteKinds(1, 300, "en", "code");
        const string Output = """
            [ { "format": "jsonl" },
              { "format": "tokens", "folder": "a", "tokenizer": "tokenizer.json", "shardTokens": 1000000 },
              { "format": "ds", "folder": "b", "tokenizer": "tokenizer.json", "shardTokens": 1000000, "mixture": {
                "groups": [ { "name": "code", "metadata": { "kind": ["code"] }, "epochs": 2 },
                  { "name": "en", "epochs": 1 } ] } } ]
            """;
        string otherEpochs = Output.Replace("\"epochs\": 2", "\"epochs\": 3", StringComparison.Ordinal);

        // Documents, jsonl, tokens; of each output of tokens groups, mixture and file; ledger.
        Assert.Equal(10, _fixture.Run(_fixture.Recipe(Output)));
        Assert.Equal(0, _fixture.Run(_fixture.Recipe(Output)));
        Assert.Equal(3, _fixture.Run(_fixture.Recipe(otherEpochs))); // mixture, file, ledger
        Assert.Equal(3, Directory.GetFiles(Path.Combine(_fixture.Out, "b")).Length); // of a shard, the old one is gone
        File.Delete(Directory.GetFiles(Path.Combine(_fixture.Out, "b"), "*.index")[0]);
        Assert.Equal(1, _fixture.Run(_fixture.Recipe(otherEpochs)));
    }

    [Fact]
    public void RunShard_GivesTheSame_AsOneRun()
    {
        _fixture.WriteKinds(2, 3_000, "en", "cn", "code", "other");
        int[][] expected = _fixture.Read("tokens", Weights, partMegabytes: 1);
        string other = Path.Combine(_fixture.Root, "other");
        PipelineRun run = PipelineRun.Create(
            _fixture.Recipe($$"""{ "format": "tokens", {{Weights}} }""", 1), other, default);

        for (int phase = 0; phase < run.Phases.Count; phase++)
        {
            for (int rank = 2; rank >= 0; rank--)
            {
                run.RunShard(3, rank, phase, 1, null, default);
            }
        }

        Assert.Equal([true, false, true, false], run.IsShared);
        Assert.Equal(expected, TokenReader.ReadAll("tokens", Path.Combine(other, "out")));
    }

    [Fact]
    public void Ledger_SaysWhereTheTokensOfEachDocumentAre()
    {
        _fixture.WriteKinds(2, 150, "en", "code", "other");
        _fixture.Run(_fixture.Recipe("""
            { "format": "ds", "tokenizer": "tokenizer.json", "shardTokens": 3000, "mixture": { "groups": [
              { "name": "code", "metadata": { "kind": ["code"] }, "epochs": 2 },
              { "name": "en", "metadata": { "kind": ["en"] }, "epochs": 1 } ] } }
            """));

        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);

        Assert.Equal(300, ledger.Funnel().Kept);
        for (int i = 0; i < 300; i++)
        {
            string id = string.Create(CultureInfo.InvariantCulture, $"f{i / 150}.jsonl-{i % 150}");
            LedgerDocument document = Assert.Single(ledger.Find(id));
            Assert.True(document.IsKept);
            IReadOnlyList<LedgerTokens> places = ledger.TokensOf(document);
            string[] texts = [.. places.Select(place => TextAt(place))];
            string kind = texts.Length == 0 ? "other" : texts[0].Split(' ')[0];
            Assert.Equal(kind switch { "code" => 2, "en" => 1, _ => 0 }, texts.Length);
            string begin = string.Create(CultureInfo.InvariantCulture, $"{kind} {i / 150} {i % 150}: ");
            Assert.All(texts, text => Assert.StartsWith(begin, text, StringComparison.Ordinal));
            Assert.All(texts, text => Assert.Contains(document, ledger.Find(text[..^"</s>".Length])));
            Assert.Equal(Enumerable.Range(0, texts.Length), places.Select(place => place.Epoch).Order());
        }

        string TextAt(LedgerTokens place)
        {
            IEnumerable<int> ids =
                TokenReader.Read("ds", Path.Combine(_fixture.Out, place.File)).SelectMany(document => document);
            return _fixture.Tokenizer.Decode([.. ids.Skip((int)place.First).Take(place.Count)]);
        }
    }

    [Fact]
    public void LedgerAndReport_HaveTheSharesThatCameOut()
    {
        _fixture.WriteKinds(2, 2_000, "en", "cn", "code", "other");
        int[][] documents = _fixture.Read("tokens", Weights);
        long code = documents.Where(ids => KindOf(ids) == "code").Sum(ids => ids.Length);

        using LedgerDatabase ledger = LedgerDatabase.Open(_fixture.Out);
        JsonElement report = JsonDocument.Parse(File.ReadAllText(Path.Combine(_fixture.Out, "out.json"))).RootElement;

        IReadOnlyList<LedgerMixture> mixtures = ledger.Mixtures();
        Assert.Equal(["text", "code"], mixtures.Select(group => group.Name));
        Assert.Equal([105_000, 45_000], mixtures.Select(group => group.TargetTokens));
        Assert.Equal(code, mixtures[1].Tokens);
        JsonElement group = report.GetProperty("groups")[1];
        Assert.Equal(code, group.GetProperty("tokens").GetInt64());
        Assert.Equal(0.3, group.GetProperty("target").GetDouble());
        Assert.Equal(
            code / (double)documents.Sum(ids => ids.Length), group.GetProperty("share").GetDouble(), precision: 12);
        Assert.Equal(documents.Length, report.GetProperty("documents").GetInt64());
        Assert.InRange(report.GetProperty("leftOut").GetProperty("documents").GetInt64(), 800, 1_200);
        Assert.All(report.GetProperty("files").EnumerateArray(), file => Assert.True(
            File.Exists(Path.Combine(_fixture.Out, file.GetProperty("file").GetString()!))));
    }

    private string KindOf(int[] ids) => _fixture.Tokenizer.Decode(ids).Split(' ')[0];

    private double CodeShare(int[][] documents) =>
        documents.Where(ids => KindOf(ids) == "code").Sum(ids => ids.Length)
        / (double)documents.Sum(ids => ids.Length);

    private static IEnumerable<string> Sorted(int[][] documents) =>
        documents.Select(ids => string.Join(',', ids)).Order(StringComparer.Ordinal);
}
