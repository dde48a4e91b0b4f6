using Puyu.Abstractions;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;
using Puyu.Data.Tests.Pipeline;

namespace Puyu.Data.Tests.Formats;

public sealed class DocumentFormatsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("a/b.jsonl", "jsonl")]
    [InlineData("*.NDJSON.zst", "jsonl")]
    [InlineData("b.txt.gz", "text")]
    [InlineData("CC-MAIN.warc.gz", "warc")]
    [InlineData("CC-MAIN.warc.wet.gz", "warc")]
    [InlineData("x.arc", "warc")]
    [InlineData("x.tsv", "tsv")]
    [InlineData("x.csv.gz", "csv")]
    [InlineData("x.htm", "html")]
    [InlineData("x.xml", "dotnet-docs")]
    [InlineData("project.git", "code")]
    [InlineData("x.gz", null)]
    [InlineData("jsonl", null)]
    public void OfPath_GoesByTheEnding(string path, string? format) => Assert.Equal(format, DocumentFormats.OfPath(path));

    [Fact]
    public void Recipe_NamesFormatsByEndings_AndGivesThemOptions()
    {
        File.WriteAllText(_folder.File("a.txt"), "one\n\ntwo");
        File.WriteAllText(_folder.File("a.tsv"), "body\nthree\n");
        File.WriteAllText(_folder.File("a.jsonl"), "{\"content\":\"four\"}\n{\"text\":\"no\"}");

        Recipe recipe = Load("""
            [ { "path": "a.txt", "separator": "blankLine" }, { "path": "*.tsv", "text": "body" },
              { "path": "a.jsonl", "format": "wanjuan", "maxRecordBytes": 2000 } ]
            """);

        Assert.Equal(["text", "tsv", "wanjuan"], recipe.Sources.Select(source => source.Format));
        Assert.Equal(["one", "two", "three", "four"], recipe.Sources.SelectMany(source =>
            source.Files().SelectMany(file => Reading.Of(source.Reader, file.Path).Texts)));
    }

    [Theory]
    [InlineData("""[ { "path": "a.dat" } ]""", "whose ending says no format: add \"format\"")]
    [InlineData("""[ { "path": "a.jsonl", "txet": "x" } ]""", "txet")]
    [InlineData("""[ { "path": "a.html", "text": "x" } ]""", "text")]
    [InlineData("""[ { "path": "a.csv", "maxRecordBytes": 3 } ]""", "maxRecordBytes is 3 but must be from 1024")]
    [InlineData("""[ { "path": "a.csv", "format": "jsonl.gz" } ]""", "can only be written")]
    public void Recipe_SaysWhatIsWrongWithASource(string sources, string problem)
    {
        Exception thrown = Assert.ThrowsAny<Exception>(() => Load(sources));

        Assert.True(thrown is InvalidDataException or OptionsException, thrown.GetType().Name);
        Assert.Contains(problem, thrown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Html_ReadsTheFilesOfAFolderAsParts()
    {
        Directory.CreateDirectory(_folder.File("in", "b"));
        for (int i = 0; i < 30; i++)
        {
            File.WriteAllText(_folder.File("in", i % 2 == 0 ? "b" : ".", $"{i:00}.html"), $"<p>{i}{new string('x', 7 * i)}");
        }

        File.WriteAllBytes(_folder.File("in", "z.htm"), [.. "<meta charset=gbk>"u8, 0xC8, 0xFD]);
        var reader = new HtmlReader(new RecordOptions());
        Reading whole = Reading.Of(reader, _folder.File("in"));

        Assert.Equal(31, whole.Documents.Count);
        Assert.Equal("f/01.html|<p>1xxxxxxx|f/01.html@0|charset=utf-8|mime=text/html", Reading.Describe(whole.Documents[0]));
        Assert.Equal("<meta charset=gbk>三", whole.Documents[^1].Text);
        foreach (long partBytes in (long[])[1, 100, 1000])
        {
            Reading read = Reading.Of(reader, _folder.File("in"), partBytes);
            Assert.Equal(whole.Everything, read.Everything);
            Assert.True(read.Parts.Count > 2);
        }
    }

    [Fact]
    public void Warc_IsReadByTwoWorkersAtOnce()
    {
        const int Pages = 4000;
        foreach (bool isCompressed in (bool[])[false, true])
        {
            string path = _folder.File(isCompressed ? "a.warc.gz" : "a.warc");
            using (FileStream file = File.Create(path))
            {
                var random = new CounterRandom(31);
                for (int i = 0; i < Pages; i++)
                {
                    string words = Archives.Words(ref random, 300);
                    byte[] page = Archives.Page(i, System.Text.Encoding.UTF8.GetBytes(words));
                    file.Write(isCompressed ? Archives.Gzip(page) : page);
                }
            }

            var reader = new WarcReader(new RecordOptions());
            IReadOnlyList<SourcePart> parts = reader.Split(path, "f", (new FileInfo(path).Length / 2) + 1);
            string[][] ids = new string[parts.Count][];
            Parallel.For(0, parts.Count, i =>
                ids[i] = [.. reader.Read(parts[i], new Quarantine()).Select(document => document.Id)]);

            Assert.Equal(2, parts.Count);
            Assert.All(ids, part => Assert.InRange(part.Length, Pages * 2 / 5, Pages * 3 / 5));
            Assert.Equal(Enumerable.Range(0, Pages).Select(i => $"urn:uuid:{i}"), ids.SelectMany(part => part));
        }
    }

    private Recipe Load(string sources)
    {
        string path = _folder.File("recipe.json");
        File.WriteAllText(path, $$"""
            { "sources": {{sources}}, "steps": [ { "name": "clean", "stages": [ { "stage": "length" } ] } ] }
            """);
        var stages = new StageCatalog([LengthStage.Factory], DocumentFormats.All);
        return Recipe.Load(path, stages, _ => { });
    }
}
