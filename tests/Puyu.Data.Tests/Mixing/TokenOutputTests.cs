using Puyu.Abstractions;
using Puyu.Data.InternEvo;
using Puyu.Data.Tests.InternEvo;
using Puyu.Data.Tokens;
using Puyu.Tokenizers;

namespace Puyu.Data.Tests.Mixing;

public sealed class TokenOutputTests : IDisposable
{
    private readonly MixFixture _fixture = new();

    public void Dispose() => _fixture.Dispose();

    [Theory]
    [InlineData("tokens")]
    [InlineData("internevo")]
    [InlineData("ds")]
    [InlineData("megatron")]
    public void Output_IsTheTokensOfEachTextAndTheEnd_InOrder(string format)
    {
        _fixture.Write("a.jsonl", MixFixture.Hostile.Select(text => (text, "x", 0f)));

        int[][] documents = _fixture.Read(
            format, """ "tokenizer": "tokenizer.json", "shuffle": false, "shardTokens": 100 """);

        AssertAreTokensOf(MixFixture.Hostile, documents, _fixture.Tokenizer);
        Assert.True(Directory.GetFiles(Path.Combine(_fixture.Out, "out"), "*", SearchOption.AllDirectories).Length > 3);
    }

    [DataTheory]
    [InlineData("tokens")]
    [InlineData("internevo")]
    [InlineData("ds")]
    [InlineData("megatron")]
    public void Output_OfInternLm2_IsTheTokensOfEachTextAndTheEnd(string format)
    {
        string model = TestData.File("tokenizers", "internlm2.model");
        string[] texts =
        [
            .. MixFixture.Hostile, .. File.ReadAllText(TestData.File("corpora", "红楼梦.txt"))[..20_000].Split('\n'),
        ];
        _fixture.Write("a.jsonl", texts.Select(text => (text, "x", 0f)));

        int[][] documents = _fixture.Read(format, $$"""
            "tokenizer": "{{model.Replace('\\', '/')}}", "shuffle": false, "shardTokens": 4000
            """);

        AssertAreTokensOf(texts, documents, TokenizerFile.Load(model));
        Assert.All(documents, ids => Assert.True(ids[..^1].All(id => id < 92_397)));
    }

    [Fact]
    public void Output_HasTheBeginningAndNoEnd_IfAskedTo()
    {
        _fixture.Write("a.jsonl", [("the cat", "x", 0), ("", "x", 0), ("the mat", "x", 0)]);

        int[][] documents = _fixture.Read("ds", """
            "tokenizer": "tokenizer.json", "shuffle": false, "bos": true, "eos": false
            """);

        Tokenizer tokenizer = _fixture.Tokenizer;
        int begin = tokenizer.BosId!.Value;
        Assert.Equal(
            [[begin, .. tokenizer.Encode("the cat")], [begin], [begin, .. tokenizer.Encode("the mat")]], documents);
    }

    [Fact]
    public void Output_LeavesOutDocumentsWithoutAToken()
    {
        _fixture.Write("a.jsonl", [("the cat", "x", 0), ("", "x", 0)]);

        int[][] documents = _fixture.Read("tokens", """ "tokenizer": "tokenizer.json", "eos": false """);

        Assert.Equal([_fixture.Tokenizer.Encode("the cat")], documents);
    }

    [Theory]
    [InlineData(InternEvoPacking.Cut, 16, 2)]
    [InlineData(InternEvoPacking.One, 12, 1)]
    [InlineData(InternEvoPacking.Unpack, 8, 3)]
    public void InternEvo_ReadsTheOutput_ByItsRules(InternEvoPacking packing, int sequenceLength, int microBatchSize)
    {
        string[] texts = [.. Enumerable.Range(0, 10).Select(i => $"the cat number {i} looked at {i * 37} mice")];
        _fixture.Write("a.jsonl", texts.Select(text => (text, "x", 0f)));
        int[][] samples = _fixture.Read(
            "internevo", """ "tokenizer": "tokenizer.json", "shuffle": false, "type": "code" """);
        using var sampler = new InternEvoSampler(new InternEvoOptions
        {
            Folder = Path.Combine(_fixture.Out, "out"),
            VocabSize = _fixture.Tokenizer.VocabSize,
            SequenceLength = sequenceLength,
            MicroBatchSize = microBatchSize,
            Packing = packing,
        }.Validated());
        List<InternEvoReference> expected = packing == InternEvoPacking.Unpack
            ? InternEvoReference.Unpacked(samples, sequenceLength, microBatchSize)
            : InternEvoReference.Stream(
                samples, sequenceLength, sequenceLength * microBatchSize, packing == InternEvoPacking.One);

        MicroBatch batch = sampler.CreateBatch();
        var left = expected.Select(Describe).ToList();
        for (long i = 0; i < sampler.BatchesPerEpoch; i++)
        {
            sampler.Next(batch);
            Assert.True(left.Remove(Describe(new InternEvoReference(
                [.. batch.TokenIds], [.. batch.Labels], [.. batch.PositionIds], [.. batch.CuSeqLens.ToArray()]))));
        }

        Assert.Empty(left);
    }

    [Fact]
    public void InternEvo_HasAFolderForEachType()
    {
        _fixture.WriteKinds(2, 200, "english", "chinese", "programs");
        _fixture.Read("internevo", """
            "tokenizer": "tokenizer.json", "shardTokens": 2000, "mixture": { "groups": [
              { "name": "english", "metadata": { "kind": ["english"] }, "epochs": 1 },
              { "name": "programs", "metadata": { "kind": ["programs"] }, "epochs": 2, "type": "code" },
              { "name": "chinese", "metadata": { "kind": ["chinese"] }, "epochs": 1, "type": "cn" } ] }
            """);
        string folder = Path.Combine(_fixture.Out, "out");

        Assert.Equal(["cn", "code", "en"], Directory.GetFileSystemEntries(folder).Select(Path.GetFileName).Order());
        foreach ((string type, string kind) in (ReadOnlySpan<(string, string)>)
            [("cn", "chinese "), ("code", "programs "), ("en", "english ")])
        {
            int[][] documents = TokenReader.ReadAll("internevo", Path.Combine(folder, type));
            Assert.NotEmpty(documents);
            Assert.All(documents, ids =>
                Assert.StartsWith(kind, _fixture.Tokenizer.Decode(ids), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void PackedSampler_ReadsAFolder_AndGoesOnInTheMiddleOfAnEpoch()
    {
        _fixture.WriteKinds(1, 300, "a", "b");
        int[][] documents = _fixture.Read("tokens", """ "tokenizer": "tokenizer.json", "shardTokens": 3000 """);
        using var data = TokenDataset.Open(Path.Combine(_fixture.Out, "out"));
        var options = new PackingOptions { SequenceLength = 64, MicroBatchSize = 2, Seed = 9 };
        var sampler = new PackedSampler(data, options);
        var resumed = new PackedSampler(data, options);
        MicroBatch batch = sampler.CreateBatch();
        for (int i = 0; i < 10; i++)
        {
            sampler.Next(batch);
        }

        Assert.Equal(documents, Enumerable.Range(0, data.Documents).Select(document =>
        {
            int[] ids = new int[data.Length(document)];
            data.CopyTo(data.FirstToken(document), ids);
            return ids;
        }));
        int[] all = new int[data.Tokens];
        data.CopyTo(0, all);
        Assert.Equal(documents.SelectMany(ids => ids), all);
        resumed.State = sampler.State;
        MicroBatch again = resumed.CreateBatch();
        for (long i = 0; i < 2 * sampler.BatchesPerEpoch; i++)
        {
            sampler.Next(batch);
            resumed.Next(again);
            Assert.Equal(batch.TokenIds, again.TokenIds);
            Assert.Equal(batch.Labels, again.Labels);
        }
    }

    [Theory]
    [InlineData("""{ "format": "tokens" }""", "output: JSON deserialization")]
    [InlineData("""{ "format": "tokens", "tokenizer": "no.model" }""", "output names no.model but there is no such")]
    [InlineData("""{ "format": "ds", TOKENIZER, "type": "en" }""", "type is en but must not be given")]
    [InlineData("""{ "format": "internevo", TOKENIZER, "type": "a/b" }""", "type is a/b but must be the name")]
    [InlineData("""{ "format": "ds", TOKENIZER, "shardTokens": 0 }""", "shardTokens is 0 but must be positive")]
    [InlineData("""{ "format": "ds", TOKENIZER, "shuffel": true }""", "output.shuffel is unknown")]
    [InlineData("""{ "format": "jsonl", TOKENIZER }""", "output.tokenizer is unknown")]
    [InlineData(
        """{ "format": "ds", TOKENIZER, "shuffle": false, "mixture": { "groups": [ { "name": "a", "epochs": 1 }] } }""",
        "shuffle is false but must be true where there is a mixture")]
    [InlineData(
        """{ "format": "ds", TOKENIZER, "mixture": { "groups": [ { "name": "a", "epochs": 1, "weight": 1 } ] } }""",
        "what a takes is both but must be one of weight and epochs")]
    [InlineData(
        """{ "format": "ds", TOKENIZER, "mixture": { "tokens": 5, "groups": [ { "name": "a", "epochs": 1 } ] } }""",
        "mixture.tokens is 5 but must not be given without a group with a weight")]
    [InlineData(
        """[ { "format": "ds", TOKENIZER }, { "format": "tokens", TOKENIZER } ]""",
        "output[1].folder is 'out' but an earlier output has it")]
    [InlineData(
        """[ { "format": "jsonl", "folder": "a" }, { "format": "jsonl.gz", "folder": "b" } ]""",
        "output[1].format is 'jsonl.gz' but only one output may be of documents")]
    public void Recipe_SaysWhatIsWrong(string output, string problem)
    {
        Exception? error = Record.Exception(() => _fixture.Recipe(
            output.Replace("TOKENIZER", "\"tokenizer\": \"tokenizer.json\"", StringComparison.Ordinal)));

        Assert.Contains(problem, error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Recipe_SaysThatATokenizerHasNoEnd()
    {
        File.Delete(Path.Combine(_fixture.Root, "tokenizer_config.json"));

        OptionsException error = Assert.Throws<OptionsException>(
            () => _fixture.Recipe("""{ "format": "ds", "tokenizer": "tokenizer.json" }"""));

        Assert.Contains("eos is true but tokenizer.json has no token", error.Message, StringComparison.Ordinal);
    }

    private static void AssertAreTokensOf(string[] texts, int[][] documents, Tokenizer tokenizer) => Assert.Equal(
        texts.Select(text => (int[])[.. tokenizer.Encode(text), tokenizer.EosId!.Value]), documents);

    private static string Describe(InternEvoReference item) => string.Join(
        '|', string.Join(',', item.TokenIds), string.Join(',', item.Labels), string.Join(',', item.Positions),
        string.Join(',', item.CuSeqLens));
}
