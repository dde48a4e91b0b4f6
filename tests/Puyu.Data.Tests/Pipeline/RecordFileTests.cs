using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

public sealed class RecordFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder.File("file");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void DocumentFile_ReadsWhatItWrote()
    {
        Document[] documents =
        [
            new("", ""),
            new("一", new string('万', 100_000) + "🦙") { Source = new DocumentSource("a/b", long.MaxValue, 7) },
            new("b", "text")
            {
                Source = new DocumentSource("a/b", 3, 0),
                Metadata = Document.NoMetadata.Add("url", "http://x").Add("date", ""),
                Scores = [new Score("toxic", 0.25f, false), new Score("fluency", float.NaN, true)],
                Spans = [new TextSpan(1, 2, "mail"), new TextSpan(300, 0, "")],
            },
        ];
        using (FileStream stream = File.Create(Path))
        {
            var writer = new RecordWriter(stream, DocumentFile.Magic);
            for (int i = 0; i < documents.Length; i++)
            {
                DocumentFile.Write(writer, 1000 * i, documents[i]);
            }
        }

        (int Number, Document Document)[] read = [.. DocumentFile.Read(Path)];

        Assert.Equal([0, 1000, 2000], read.Select(item => item.Number));
        Assert.All(read.Zip(documents), pair =>
        {
            Assert.Equal(pair.Second.Id, pair.First.Document.Id);
            Assert.Equal(pair.Second.Text, pair.First.Document.Text);
            Assert.Equal(pair.Second.Source, pair.First.Document.Source);
            Assert.Equal(pair.Second.Metadata, pair.First.Document.Metadata);
            Assert.Equal<Score>(pair.Second.Scores, pair.First.Document.Scores);
            Assert.Equal<TextSpan>(pair.Second.Spans, pair.First.Document.Spans);
        });
    }

    [Fact]
    public void RecordReader_NamesATruncatedFile()
    {
        using (FileStream stream = File.Create(Path))
        {
            DocumentFile.Write(new RecordWriter(stream, DocumentFile.Magic), 0, new Document("id", "some text"));
            stream.SetLength(stream.Length - 1);
        }

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => DocumentFile.Read(Path).Count());

        Assert.Contains("ends inside the record at 8", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RecordReader_NamesAFileOfAnotherKind()
    {
        File.WriteAllText(Path, "PuyuDec1");

        InvalidDataException error = Assert.Throws<InvalidDataException>(() => DocumentFile.Read(Path).Count());

        Assert.Contains("begins otherwise than 'PuyuDoc1'", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5_000)]
    public void DecisionFile_FindsEveryDecisionAndNoOther(int count)
    {
        Decision[] decisions =
        [
            .. Enumerable.Range(0, count).Select(i => new Decision(
                new DocumentSource("file", i, 0).Key, $"rule{i}", i, 0.5f, i % 2 == 0 ? null : $"id{i}",
                new DocumentSource("other", i, 1), new byte[] { (byte)i }))
                .OrderBy(decision => decision.Key),
        ];
        DecisionFile.Write(Path, decisions, default);

        using var file = new DecisionFile(Path);

        Assert.All(decisions, decision =>
        {
            Decision found = file.Find(decision.Key)!;
            Assert.Equal(decision with { Payload = default }, found with { Payload = default });
            Assert.Equal(decision.Payload.ToArray(), found.Payload.ToArray());
        });
        Assert.All(Enumerable.Range(0, 2_000), i => Assert.Null(file.Find(new DocumentSource("no", i, 0).Key)));
        Assert.Null(file.Find(UInt128.MinValue));
        Assert.Null(file.Find(UInt128.MaxValue));
    }

    [Fact]
    public void DecisionFile_FindsKeysThatLieUnevenly()
    {
        UInt128[] keys = [0, 1, 2, 3, UInt128.MaxValue - 1, UInt128.MaxValue];
        DecisionFile.Write(
            Path, keys.Select(key => new Decision(key, $"{key}", 0, 0, null, DocumentSource.None, default)), default);

        using var file = new DecisionFile(Path);

        Assert.All(keys, key => Assert.Equal($"{key}", file.Find(key)!.Rule));
        Assert.Null(file.Find(4));
    }

    [Fact]
    public void DecisionFile_RefusesKeysThatDoNotAscend()
    {
        var decision = new Decision(5, "rule", 0, 0, null, DocumentSource.None, default);

        Assert.Throws<InvalidOperationException>(() => DecisionFile.Write(Path, [decision, decision], default));

        Assert.Empty(Directory.EnumerateFiles(_folder.Root));
    }
}
