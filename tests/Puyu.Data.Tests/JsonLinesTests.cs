namespace Puyu.Data.Tests;

public sealed class JsonLinesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_GivesBackWhatWasWritten()
    {
        string path = _folder.File("a.jsonl");
        Document[] documents = [new("T:A", "one\ntwo\u2028\"<三>\" \U0001F600"), new("T:B", "\\u0000 \t")];

        JsonLines.Write(path, documents);

        Assert.Equal(documents, JsonLines.Read(path));
        Assert.Equal(3, File.ReadAllText(path).Split('\n').Length);
        Assert.Contains("<三>", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_NamesDocumentsWithoutId_ForTheirLine()
    {
        string path = _folder.File("a.jsonl");
        File.WriteAllText(path, "\r\n{\"text\":\"x\u2028\u0085\",\"id\":5}\r\n");

        Assert.Equal([new Document(path + ":2", "x\u2028\u0085")], JsonLines.Read(path));
    }

    [Theory]
    [InlineData("{\"text\":1}")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("{\"text\":\"\\ud800\"}")]
    [InlineData("{\"text\":")]
    public void Read_SaysWhichLineIsMalformed(string line)
    {
        string path = _folder.File("a.jsonl");
        File.WriteAllText(path, "{\"text\":\"x\"}\n" + line);

        var problem = Assert.Throws<InvalidDataException>(() => JsonLines.Read(path));

        Assert.StartsWith($"{path}(2): ", problem.Message, StringComparison.Ordinal);
    }
}
