using System.Globalization;
using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Formats;

public sealed class JsonLinesReaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_TakesWhatIsNoTextForMetadata()
    {
        string path = Write("""{"url":"http://x","id":7,"n":1.50,"none":null,"list":[1, {"a":"三"}],"text":"a\n三😀\u0000","b":true}""");

        Document document = Assert.Single(Reading.Of(Reading.JsonLines(), path).Documents);

        Assert.Equal("7", document.Id);
        Assert.Equal("a\n三😀\0", document.Text);
        Assert.Equal(
            ["b=true", "list=[1, {\"a\":\"三\"}]", "n=1.50", "url=http://x"],
            document.Metadata.Select(pair => $"{pair.Key}={pair.Value}"));
    }

    [Fact]
    public void Read_LetsTheLastOfTwoMembersCount()
    {
        string path = Write("""{"text":"a","id":"1","k":"x","text":"b","id":"2","k":"y"}""");

        Assert.Equal("2|b|f@0|k=y", Reading.Describe(Reading.Of(Reading.JsonLines(), path).Documents[0]));
    }

    [Fact]
    public void Read_NamesDocumentsWithoutIdForTheirText()
    {
        Reading read = Reading.Of(Reading.JsonLines(), Write("{\"text\":\"a\"}\n{\"text\":\"b\"}\n{\"text\":\"a\",\"id\":null}"));

        Assert.Equal(32, read.Documents[0].Id.Length);
        Assert.NotEqual(read.Documents[0].Id, read.Documents[1].Id);
        Assert.Equal(read.Documents[0].Id, read.Documents[2].Id);
    }

    [Theory]
    [InlineData("{\"text\":1}", "lacks the string")]
    [InlineData("{\"id\":\"x\"}", "lacks the string")]
    [InlineData("{}", "lacks the string")]
    [InlineData("[]", "must be a JSON object")]
    [InlineData("{\"text\":\"\\ud800\"}", "no JSON object")]
    [InlineData("{\"text\":\"a\0b\"}", "no JSON object")]
    [InlineData("{\"text\":", "no JSON object")]
    [InlineData("{\"text\":\"a\"} {}", "no JSON object")]
    [InlineData("\0\0\0", "no JSON object")]
    public void Read_QuarantinesABadLine_AndGoesOn(string line, string reason)
    {
        Reading read = Reading.Of(Reading.JsonLines(), Write("{\"text\":\"x\"}\n\n" + line + "\r\n{\"text\":\"y\"}"));

        Assert.Equal(["x", "y"], read.Texts);
        QuarantinedRecord bad = Assert.Single(read.Bad);
        Assert.Equal(14, bad.Offset);
        Assert.Contains(reason, bad.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text")]
    [InlineData("meta")]
    [InlineData("\xFFid")]
    public void Read_QuarantinesWhatIsNotUtf8(string member)
    {
        string path = _folder.File("a.jsonl");
        File.WriteAllBytes(path, [
            .. "{\"text\":\"x\",\""u8, .. Encoding.Latin1.GetBytes(member), .. "\":\"\xC3\x28\"}\n{\"text\":\"y\"}\n"u8]);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[Array.IndexOf(bytes, (byte)'(')] = 0xC3;
        File.WriteAllBytes(path, bytes);

        Reading read = Reading.Of(Reading.JsonLines(), path);

        Assert.Equal(["y"], read.Texts);
        Assert.Equal(0, Assert.Single(read.Bad).Offset);
    }

    [Fact]
    public void Read_PassesOverALineThatIsTooLong()
    {
        string huge = $"{{\"text\":\"{new string('x', 500_000)}\"}}";
        string path = Write($"{{\"text\":\"a\"}}\n{huge}\n{{\"text\":\"b\"}}\n{huge}");

        Reading read = Reading.Of(Reading.JsonLines(maxRecordBytes: 4096), path);

        Assert.Equal(["a", "b"], read.Texts);
        Assert.Equal([13L, 13L + 500_012 + 13], read.Bad.Select(record => record.Offset));
        Assert.Contains("more than 4096 bytes", read.Bad[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Split_GivesTheSameDocumentsWithTheSameSources_ForEveryPartSize()
    {
        var random = new CounterRandom(3);
        var lines = new StringBuilder("\uFEFF");
        for (int i = 0; i < 300; i++)
        {
            string words = Archives.Words(ref random, random.NextInt32(60)).Replace("\n", "\\n", StringComparison.Ordinal);
            lines.Append(random.NextInt32(10) switch
            {
                0 => "\n",
                1 => "{bad}\r\n",
                _ => string.Create(CultureInfo.InvariantCulture, $"{{\"id\":\"{i}\",\"text\":\"{words}\"}}\n"),
            });
        }

        string path = Write(lines.ToString());
        string whole = Reading.Of(Reading.JsonLines(), path).Everything;

        foreach (long partBytes in (long[])[1, 7, 64, 100, 1000, 4096, 20_000, 1 << 20])
        {
            Reading read = Reading.Of(Reading.JsonLines(), path, partBytes);
            Assert.Equal(whole, read.Everything);
            Assert.True(partBytes > 1000 || read.Parts.Count > 20);
            Assert.Equal(new FileInfo(path).Length, read.Parts.Sum(part => part.Length));
        }
    }

    [Fact]
    public void Split_ReadsTheFilesOfAFolder_InOrdinalOrder()
    {
        Directory.CreateDirectory(_folder.File("in", "b"));
        File.WriteAllText(_folder.File("in", "b", "1.jsonl"), "{\"text\":\"1\"}");
        File.WriteAllText(_folder.File("in", "B.jsonl"), "{\"text\":\"2\"}");
        File.WriteAllBytes(_folder.File("in", "c.jsonl.gz"), Archives.Gzip("{\"text\":\"3\"}"));
        File.WriteAllText(_folder.File("in", "c.txt"), "no");
        File.WriteAllText(_folder.File("in", "d.jsonl"), "");

        Reading read = Reading.Of(Reading.JsonLines(), _folder.File("in"));

        Assert.Equal(["f/B.jsonl@0", "f/b/1.jsonl@0", "f/c.jsonl.gz@0"], read.Documents.Select(d => d.Source.ToString()));
    }

    private string Write(string lines)
    {
        string path = _folder.File("a.jsonl");
        File.WriteAllText(path, lines, new UTF8Encoding(false));
        return path;
    }
}
