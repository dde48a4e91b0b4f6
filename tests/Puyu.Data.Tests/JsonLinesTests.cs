using Puyu.Data.Formats;

namespace Puyu.Data.Tests;

public sealed class JsonLinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_GivesBackWhatWasWritten()
    {
        string path = _folder.File("a.jsonl");
        Document[] documents =
        [
            new("T:A", "one\ntwo\u2028\"<三>\" \U0001F600") { Metadata = Document.NoMetadata.Add("k", "v") },
            new("T:B", "\\u0000 \t"),
            new("blank", " "),
        ];

        JsonLines.Write(path, documents);

        IReadOnlyList<Document> read = JsonLines.Read(path);
        Assert.Equal(documents[..2].Select(Describe), read.Select(Describe));
        Assert.Equal([path + "@0", path + "@69"], read.Select(document => document.Source.ToString()));
        Assert.Equal(4, File.ReadAllText(path).Split('\n').Length);
        Assert.Contains("<三>", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NamesDocumentsWithoutId_ForTheirText()
    {
        string path = _folder.File("a.jsonl");
        File.WriteAllText(path, "\r\n{\"text\":\"x\u2028\u0085\",\"id\":5}\r\n");

        File.WriteAllText(path + "2", "{\"text\":\"x\u2028\u0085\"}\n{\"text\":\"y\"}");

        Assert.Equal("5", Assert.Single(JsonLines.Read(path)).Id);
        string[] ids = [.. JsonLines.Read(path + "2").Select(document => document.Id)];
        Assert.Equal([ContentId.Of("x\u2028\u0085"), ContentId.Of("y")], ids);
    }

    [Theory]
    [InlineData("{\"text\":1}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"text\":\"\\ud800\"}")]
    [InlineData("{\"text\":")]
    public void Read_SaysWhereALineIsMalformed(string line)
    {
        string path = _folder.File("a.jsonl");
        File.WriteAllText(path, "{\"text\":\"x\"}\n" + line);

        var problem = Assert.Throws<InvalidDataException>(() => JsonLines.Read(path));

        Assert.StartsWith($"{path}@13: ", problem.Message, StringComparison.Ordinal);
    }

    private static string Describe(Document document) =>
        $"{document.Id}|{document.Text}|{string.Join(',', document.Metadata)}";
}
