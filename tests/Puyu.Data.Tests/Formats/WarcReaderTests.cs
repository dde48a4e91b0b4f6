using System.Text;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Formats;

public sealed class WarcReaderTests : IDisposable
{
    private static readonly WarcReader _reader = new(new RecordOptions());

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_GivesPagesWithWhatIsSaidOfThem()
    {
        string path = Write([
            .. Archives.Record(1, "warcinfo", "application/warc-fields", "software: x\r\n"u8.ToArray()),
            .. Archives.Record(2, "request", "application/http; msgtype=request", "GET / HTTP/1.1\r\n\r\n"u8.ToArray()),
            .. Archives.Page(3, Encoding.Latin1.GetBytes("<p>caf\u00E9"), "text/html; charset=iso-8859-1"),
            .. Archives.Page(4, [1, 2, 3], "image/png"),
            .. Archives.Record(5, "response", "application/http", "HTTP/1.0 404 No\r\nContent-Type: text/html\r\n\r\nno"u8.ToArray()),
            .. Archives.Record(6, "revisit", "application/http", "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"u8.ToArray()),
            .. Archives.Record(7, "conversion", "text/plain", "plain 三"u8.ToArray()),
        ]);

        Reading read = Reading.Of(_reader, path);

        Assert.Empty(read.Bad);
        Assert.Equal(["<p>café", "plain 三"], read.Texts);
        Assert.Equal(
            "urn:uuid:3|<p>café|f@" + read.Documents[0].Source.Offset
            + "|charset=windows-1252|date=2020-01-02T03:04:05Z|mime=text/html|status=200|url=http://example.org/3",
            Reading.Describe(read.Documents[0]));
        byte[] bytes = File.ReadAllBytes(path);
        Assert.All(read.Documents, d => Assert.Equal("WARC/"u8, bytes.AsSpan((int)d.Source.Offset, 5)));
    }

    [Theory]
    [InlineData("Content-Length: 5", "has not the 5 bytes")]
    [InlineData("Content-Length: 5000000", "has not the 5000000 bytes")]
    [InlineData("Content-Length: -1", "'-1' but must be one number")]
    [InlineData("Content-Length: 1\r\nContent-Length: 2", "'2' but must be one number")]
    [InlineData("X: y", "lacks Content-Length")]
    [InlineData("no colon", "each must be a name and a value")]
    public void Read_QuarantinesABadRecord_AndFindsTheNext(string header, string reason)
    {
        byte[] good = Archives.Page(1, "<p>one\nWARC"u8.ToArray());
        string bad = $"WARC/1.0\r\nWARC-Type: response\r\n{header}\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<p>bad\n\n\r\n\r\n";
        string path = Write([.. good, .. Encoding.ASCII.GetBytes(bad), .. Archives.Page(2, "<p>two"u8.ToArray())]);

        foreach (long partBytes in (long[])[long.MaxValue, 10, good.Length + 60])
        {
            Reading read = Reading.Of(_reader, path, partBytes);

            Assert.Equal(["<p>one\nWARC", "<p>two"], read.Texts);
            QuarantinedRecord record = Assert.Single(read.Bad);
            Assert.Equal(good.Length, record.Offset);
            Assert.Contains(reason, record.Reason, StringComparison.Ordinal);
        }
    }

    [DataTheory]
    [InlineData("bad.arc", 1, 3, "the length of the record is '-1'")]
    [InlineData("example-bad-non-chunked.warc.gz", 1, 0, "")]
    [InlineData("example-bad.warc.gz.bad", 1, 0, "")]
    [InlineData("example-digest.warc", 0, 0, "")]
    [InlineData("example-iana.org-chunked.warc", 1, 0, "")]
    [InlineData("example-resource.warc.gz", 1, 0, "")]
    [InlineData("example-space-in-target-uri.warc.gz", 0, 0, "")]
    [InlineData("example-space-in-url.arc", 0, 1, "has not the 1591 bytes")]
    [InlineData("example-trunc.warc", 0, 1, "")]
    [InlineData("example-wget-bad-target-uri.warc.gz", 1, 0, "")]
    [InlineData("example-wrong-chunks.warc.gz", 1, 0, "")]
    [InlineData("example.arc", 1, 0, "")]
    [InlineData("example.arc.gz", 1, 0, "")]
    [InlineData("example.warc", 1, 0, "")]
    [InlineData("example.warc.gz", 1, 0, "")]
    [InlineData("post-test.warc.gz", 0, 0, "")]
    public void Read_KnowsTheSamples(string file, int pages, int bad, string reason)
    {
        string path = TestData.File("web", "warc", file);
        Reading whole = Reading.Of(_reader, path);

        Assert.Equal((pages, bad), (whole.Documents.Count, whole.Bad.Count));
        Assert.All(whole.Documents, page => Assert.StartsWith("http://", page.Metadata["url"], StringComparison.Ordinal));
        Assert.All(whole.Texts.Where(text => text.Length > 1), text => Assert.EndsWith("</html>", text.TrimEnd(), StringComparison.Ordinal));
        Assert.All(whole.Bad.Take(1), record => Assert.Contains(reason, record.Reason, StringComparison.Ordinal));
        foreach (long partBytes in (long[])[1, 100, 1000, 3000])
        {
            Assert.Equal(whole.Everything, Reading.Of(_reader, path, partBytes).Everything);
        }
    }

    private string Write(byte[] bytes)
    {
        string path = _folder.File("a.warc");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
