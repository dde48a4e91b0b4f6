using Puyu.Abstractions;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Formats;

public sealed class JsonLinesWriterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("jsonl")]
    [InlineData("jsonl.gz")]
    public void Write_GivesBackDocuments(string format) => CheckGivesBack(format);

    [ZstdFact]
    public void Write_GivesBackDocuments_InZstd() => CheckGivesBack("jsonl.zst");

    [Fact]
    public void Write_EndsGzipMembers_SoThatTheFileCanBeCut()
    {
        var random = new CounterRandom(1);
        string text = Archives.Words(ref random, 200_000);

        string path = Write("jsonl.gz", [.. Enumerable.Range(0, 40).Select(i => new Document($"{i}", text))], out _);

        Reading read = Reading.Of(Reading.JsonLines(1 << 24), path, partBytes: 1 << 20);
        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"{i}"), read.Documents.Select(document => document.Id));
        Assert.InRange(read.Parts.Count, 2, 6);
    }

    [Fact]
    public void Write_RefusesHalfAPair_AndGoesOn()
    {
        using var stream = new MemoryStream();
        using IDocumentWriter writer = Format("jsonl").Writer!(stream);
        writer.Write(new Document("a", "x"));
        long before = writer.Position;

        var problem = Assert.Throws<InvalidDataException>(() => writer.Write(new Document("b", "y\uD800z")));
        Assert.Contains("document b from", problem.Message, StringComparison.Ordinal);
        Assert.Contains("U+D800", problem.Message, StringComparison.Ordinal);
        Assert.Equal(before, writer.Position);
    }

    [Fact]
    public void WanJuan_IsReadAndWritten()
    {
        string path = _folder.File("a.jsonl");
        File.WriteAllLines(path, [
            """{"id":"BkQ","content":"# 第一章\n😀","title":"T","language":"en","date":"2023-01-02T03:04:05Z","token_num":9,"toxic_score":0.25,"porn_score":0,"fluency_score":0.75,"not_ad_score":1,"other":"x"}""",
            """{"id":"img","img_list":[{"url":"http://x/a.png","sha256":"00","caption":"c","width":"1","height":"2"}],"content":"a ![](http://x/a.png) b"}""",
        ]);

        Reading read = Reading.Of(DocumentFormats.WanJuan(new RecordOptions()), path);
        string written = Write("wanjuan", read.Documents, out _);

        Assert.Equal(
            [("toxic_score", 0.25f, false), ("porn_score", 0f, false), ("fluency_score", 0.75f, true), ("not_ad_score", 1f, true)],
            read.Documents[0].Scores.Select(score => (score.Name, score.Value, score.HigherIsBetter)));
        Assert.StartsWith("[{\"url\":", read.Documents[1].Metadata["img_list"], StringComparison.Ordinal);
        Assert.Equal(
            """{"id":"BkQ","content":"# 第一章\n😀","title":"T","language":"en","date":"2023-01-02T03:04:05Z","token_num":9,"cbytes_num":16,"line_num":2,"char_num":7,"toxic_score":0.25,"porn_score":0,"fluency_score":0.75,"not_ad_score":1}""",
            File.ReadAllLines(written)[0]);
    }

    private void CheckGivesBack(string format)
    {
        Document[] documents = [.. Documents(3000)];

        string path = Write(format, documents, out long[] positions);

        Reading read = Reading.Of(Reading.JsonLines(), path);
        Assert.Empty(read.Bad);
        Assert.Equal(
            documents.Select(document => Reading.Describe(document with { Source = default })),
            read.Documents.Select(document => Reading.Describe(document with { Source = default })));
        if (format == "jsonl")
        {
            Assert.Equal(positions, read.Documents.Select(document => document.Source.Offset));
        }
    }

    private static FormatFactory Format(string name) => DocumentFormats.All.Single(format => format.Name == name);

    private static IEnumerable<Document> Documents(int count)
    {
        var random = new CounterRandom(11);
        for (int i = 0; i < count; i++)
        {
            string text = Archives.Words(ref random, random.NextInt32(80)) + "\"\\\b\f\r\n\t\0\u001F\u007F\u2028<>&";
            yield return new Document($"id {i}", text)
            {
                Metadata = i % 3 == 0 ? Document.NoMetadata : Document.NoMetadata.Add("k\"", "v三").Add("url", text[^9..]),
                Scores = i % 5 == 0 ? [] : [new Score("s", i / 7f, i % 2 == 0), new Score("t", -1e-9f, true)],
                Spans = i % 4 == 0 ? [new TextSpan(0, 1, "email"), new TextSpan(3, i, "x")] : [],
            };
        }
    }

    private string Write(string format, IReadOnlyList<Document> documents, out long[] positions)
    {
        string path = _folder.File("out" + Format(format).Extension);
        var begun = new List<long>();
        AtomicFile.Write(path, stream =>
        {
            using IDocumentWriter writer = Format(format).Writer!(stream);
            foreach (Document document in documents)
            {
                begun.Add(writer.Position);
                writer.Write(document);
            }
        });
        positions = [.. begun];
        return path;
    }
}
