using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Formats;

namespace Puyu.Data.Tests.Formats;

public sealed class PlainTextReaderTests : IDisposable
{
    private static readonly PlainTextReader _files = new(new TextOptions());

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_TakesAFileForADocument()
    {
        Assert.Equal("f|a\n\nb三\n|f@0", Reading.Of(_files, Write("a\n\nb三\n"u8), partBytes: 1).Everything.Trim());
        Assert.Equal(["x"], Reading.Of(_files, Write([0xEF, 0xBB, 0xBF, (byte)'x'])).Texts);
        Assert.Equal(["x三"], Reading.Of(_files, Write([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("x三")])).Texts);
        Assert.Equal(["zip"], Reading.Of(_files, Write(Archives.Gzip("zip"))).Texts);
    }

    [Fact]
    public void Read_QuarantinesAFileThatIsNotUtf8OrDamaged()
    {
        Assert.Contains("not utf-8", Assert.Single(Reading.Of(_files, Write([65, 0xC3, 65])).Bad).Reason, StringComparison.Ordinal);
        Reading cut = Reading.Of(_files, Write(Archives.Gzip(new string('x', 1000)).AsSpan()[..^9]));
        Assert.Empty(cut.Documents);
        Assert.Single(cut.Bad);
    }

    [Fact]
    public void Read_DividesAtBlankLines()
    {
        Reading read = Reading.Of(Paragraphs(), Write("\n \r\na\r\nb\r\n\t\n\nc\nd\xFF"u8[..^2]));

        Assert.Equal(["a\r\nb", "c\nd"], read.Texts);
        Assert.Equal([4L, 13L], read.Documents.Select(document => document.Source.Offset));
    }

    [Fact]
    public void Split_GivesTheSameParagraphs_ForEveryPartSize()
    {
        var random = new CounterRandom(2);
        var text = new StringBuilder();
        for (int i = 0; i < 200; i++)
        {
            text.Append(Archives.Words(ref random, random.NextInt32(50))).Append(random.NextInt32(4) switch
            {
                0 => "\n",
                1 => "\r\n \r\n",
                2 => "\n\n\n",
                _ => "\n\n",
            });
        }

        string path = Write(Encoding.UTF8.GetBytes(text.ToString()));
        Reading whole = Reading.Of(Paragraphs(), path);

        Assert.InRange(whole.Documents.Count, 100, 200);
        foreach (long partBytes in (long[])[1, 10, 100, 999, 5000])
        {
            Reading read = Reading.Of(Paragraphs(), path, partBytes);
            Assert.Equal(whole.Everything, read.Everything);
            Assert.True(read.Parts.Count > 3);
        }
    }

    [DataFact]
    public void Split_GivesTheSameParagraphsOfABook()
    {
        string path = TestData.File("corpora", "war_and_peace_utf8.txt");
        Reading whole = Reading.Of(Paragraphs(), path);
        Reading read = Reading.Of(Paragraphs(), path, partBytes: 100_000);

        Assert.InRange(whole.Documents.Count, 10_000, 20_000);
        Assert.Equal(whole.Everything, read.Everything);
        Assert.InRange(read.Parts.Count, 30, 34);
    }

    private static PlainTextReader Paragraphs() => new(new TextOptions { Separator = TextSeparator.BlankLine });

    private string Write(ReadOnlySpan<byte> bytes)
    {
        string path = _folder.File("a.text");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
