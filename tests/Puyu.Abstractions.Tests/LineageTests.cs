using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Puyu.Abstractions.Tests;

public sealed class LineageTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void HashOf_AFile_IsItsSha256()
    {
        string file = WriteFile("a.txt", "abc");

        // FIPS 180-4, example of SHA-256("abc").
        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Lineage.HashOf(file));
    }

    [Fact]
    public void HashOf_AFolder_IsThatOfItsSortedListing()
    {
        WriteFile("d/b.txt", "abc");
        WriteFile("d/B/a.txt", "");
        WriteFile("d/lineage.json", "ignored");
        WriteFile("d/B/a.txt.lineage.json", "ignored");
        const string Listing =
            "B/a.txt\t0\te3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n"
            + "b.txt\t3\tba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\n";

        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Listing))),
            Lineage.HashOf(_folder.File("d")));
    }

    [Fact]
    public void Read_GivesBackWhatWasWritten()
    {
        string file = WriteFile("a.txt", "abc");
        var input = new LineageInput("documents", "pack", new string('0', 64), null);
        Lineage written = Lineage.Of(file, "corpus", [input], Clock()) with
        {
            Seed = ulong.MaxValue,
            Recipe = JsonSerializer.SerializeToElement(new { steps = 3 }),
            Facts = JsonSerializer.SerializeToElement(new { kept = 2 }),
        };

        written.Write(file);
        Lineage read = Lineage.Read(file);

        Assert.True(File.Exists(_folder.File("a.txt.lineage.json")));
        Assert.Equal(JsonSerializer.Serialize(written), JsonSerializer.Serialize(read));
        Assert.Equal(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero), read.Created);
        Assert.StartsWith("0.1.0", read.CodeVersion, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"kind\":\"x\"}")]
    [InlineData("""{"kind":"x","hash":"0","inputs":[],"codeVersion":"1","created":"2026-01-01T00:00:00Z","extra":1}""")]
    [InlineData("""{"kind":"x","hash":"0","inputs":[],"codeVersion":"1","created":"2026-01-01T00:00:00Z"}""")]
    [InlineData("""{"kind":null,"hash":"0","inputs":[],"codeVersion":"1","created":"2026-01-01T00:00:00Z"}""")]
    public void Read_NamesTheFile_WhenItIsMalformed(string json)
    {
        WriteFile("a.txt.lineage.json", json);

        var problem = Assert.Throws<InvalidDataException>(() => Lineage.Read(_folder.File("a.txt")));

        Assert.Contains("a.txt.lineage.json", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Walk_LeadsFromTheModelToTheDocuments()
    {
        string model = MakeChain();

        LineageStep[] steps = [.. Lineage.Walk(model)];

        Assert.Equal(
            ["0 model", "1 tokenizer", "2 corpus", "3 documents", "1 corpus"],
            steps.Select(step => $"{step.Depth} {step.Input.Name.Split('.')[0]}"));
        Assert.All(steps, step => Assert.Equal(LineageState.Verified, step.State));
    }

    [Fact]
    public void Walk_StillVerifies_WhenTheWholeFolderMoved()
    {
        MakeChain();
        Directory.Move(_folder.File("run"), _folder.File("moved"));

        Assert.All(
            Lineage.Walk(_folder.File("moved", "model")), step => Assert.Equal(LineageState.Verified, step.State));
    }

    [Fact]
    public void Walk_ReportsWhatIsMissingOrChanged_AndGoesOn()
    {
        string model = MakeChain();
        Directory.Delete(_folder.File("run", "documents"), recursive: true);
        WriteFile("run/corpus.txt", "other");
        WriteFile("run/tokenizer/lineage.json", "{");

        LineageStep[] steps = [.. Lineage.Walk(model)];

        Assert.Equal(
            [LineageState.Verified, LineageState.Unreadable, LineageState.Changed, LineageState.Missing],
            steps.Select(step => step.State));
        Assert.All(steps.Skip(1), step => Assert.NotEmpty(step.Problem!));
    }

    [Fact]
    public void Walk_ReportsAnInputThatCannotBeRead()
    {
        string model = MakeChain();
        File.CreateSymbolicLink(_folder.File("run", "tokenizer", "link"), _folder.File("nowhere"));

        LineageStep step = Lineage.Walk(model).ElementAt(1);

        Assert.Equal(LineageState.Unreadable, step.State);
        Assert.Contains("link", step.Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Walk_SaysSo_WhenTheArtifactHasNoLineage()
    {
        string file = WriteFile("a.txt", "abc");

        var problem = Assert.Throws<FileNotFoundException>(() => Lineage.Walk(file));

        Assert.Equal($"{file} has no lineage: {file}.lineage.json does not exist", problem.Message);
    }

    private string MakeChain()
    {
        string documents = Path.GetDirectoryName(WriteFile("run/documents/1.txt", "one"))!;
        string corpus = WriteFile("run/corpus.txt", "one");
        Lineage.Of(corpus, "corpus", [LineageInput.Of("documents", documents, corpus)], Clock()).Write(corpus);
        string tokenizer = Path.GetDirectoryName(WriteFile("run/tokenizer/tokenizer.json", "{}"))!;
        Lineage.Of(tokenizer, "tokenizer", [LineageInput.Of("corpus", corpus, tokenizer)], Clock()).Write(tokenizer);
        string model = Path.GetDirectoryName(WriteFile("run/model/weights", "w"))!;
        LineageInput[] inputs =
            [LineageInput.Of("tokenizer", tokenizer, model), LineageInput.Of("corpus", corpus, model)];
        Lineage.Of(model, "checkpoint", inputs, Clock()).Write(model);
        return model;
    }

    private string WriteFile(string name, string text)
    {
        string path = _folder.File(name.Split('/'));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private static FixedClock Clock() => new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));

    private sealed class FixedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
