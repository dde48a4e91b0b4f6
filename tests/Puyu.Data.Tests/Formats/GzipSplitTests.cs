using System.IO.Compression;
using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Formats;

public sealed class GzipSplitTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Split_CutsJsonLinesWhereAMemberEndsALine()
    {
        var random = new CounterRandom(5);
        var file = new List<byte>();
        var offsets = new HashSet<long>();
        for (int i = 0; i < 60; i++)
        {
            offsets.Add(file.Count);
            file.AddRange(Archives.Gzip(Lines(ref random, 1 + random.NextInt32(400))));
        }

        string path = Write("a.jsonl.gz", [.. file]);
        Reading whole = Reading.Of(Reading.JsonLines(), path);

        Assert.Single(whole.Parts);
        Assert.Empty(whole.Bad);
        foreach (long partBytes in (long[])[1, 1000, 10_000, 50_000, 200_000])
        {
            Reading read = Reading.Of(Reading.JsonLines(), path, partBytes);
            Assert.Equal(whole.Everything, read.Everything);
            Assert.All(read.Parts, part => Assert.Contains(part.Offset, offsets));
            Assert.True(read.Parts.Count > 1, $"one part for {partBytes} bytes");
        }

        Assert.All(whole.Documents, document => Assert.Contains(document.Source.Offset, offsets));
        Assert.Equal(whole.Documents.Count, whole.Documents.Select(document => document.Source).Distinct().Count());
    }

    [Fact]
    public void Split_LeavesLinesWhole_WhereMembersCutThem()
    {
        var random = new CounterRandom(6);
        byte[] lines = Encoding.UTF8.GetBytes(Lines(ref random, 2000));
        string path = Write("a.jsonl.gz", [.. lines.Chunk(5000).SelectMany(chunk => Archives.Gzip(chunk))]);

        Reading read = Reading.Of(Reading.JsonLines(), path, partBytes: 1000);

        Assert.Equal(2000, read.Documents.Count);
        Assert.Empty(read.Bad);
    }

    [Fact]
    public void Split_IsNotMisledByAnArchiveInsideAnArchive()
    {
        byte[] inner = [.. Enumerable.Range(0, 20).SelectMany(i => Archives.Gzip(Archives.Page(900 + i, "<p>no"u8.ToArray())))];
        var random = new CounterRandom(8);
        var file = new List<byte>();
        var offsets = new HashSet<long>();
        for (int i = 0; i < 40; i++)
        {
            offsets.Add(file.Count);
            byte[] page = i % 4 == 1
                ? Archives.Page(i, inner, "application/gzip")
                : Archives.Page(i, Encoding.UTF8.GetBytes(Archives.Words(ref random, 3000)));
            file.AddRange(Archives.Gzip(page, i % 4 == 1 ? CompressionLevel.NoCompression : CompressionLevel.Optimal));
        }

        string path = Write("a.warc.gz", [.. file]);
        Assert.InRange(file.ToArray().AsSpan().IndexOf(inner), 1, file.Count);
        IDocumentReader reader = new WarcReader(new RecordOptions());
        Reading whole = Reading.Of(reader, path);

        Assert.Equal(30, whole.Documents.Count);
        for (long partBytes = 500; partBytes < 60_000; partBytes += 700)
        {
            Reading read = Reading.Of(reader, path, partBytes);
            Assert.All(read.Parts, part => Assert.Contains(part.Offset, offsets));
            Assert.Equal(whole.Everything, read.Everything);
        }
    }

    [Fact]
    public void Read_QuarantinesADamagedMember_AndGoesOnWithTheNext()
    {
        byte[][] members = [.. Enumerable.Range(0, 9).Select(i => Archives.Gzip($"{{\"text\":\"{i} {new string('x', i)}\"}}\n"))];
        members[2][20] ^= 0xFF;
        members[5][0] = 0;
        members[7] = members[7][..^5];
        string path = Write("a.jsonl.gz", [.. members.SelectMany(member => member)]);

        Reading read = Reading.Of(Reading.JsonLines(), path);

        string[] kept = [.. read.Texts.Select(text => text[..1])];
        Assert.All("013468", text => Assert.Contains($"{text}", kept));
        int[] damaged = [2, 5, 7];
        long[] starts = [.. damaged.Select(i => members.Take(i).Sum(member => (long)member.Length))];
        Assert.Equal(starts, read.Bad.Select(record => record.Offset).Distinct());
    }

    [Fact]
    public void Read_KeepsTheLinesBeforeACutTail()
    {
        var random = new CounterRandom(9);
        byte[] packed = Archives.Gzip(Lines(ref random, 3000));
        string path = Write("a.jsonl.gz", packed[..(packed.Length * 3 / 4)]);

        Reading read = Reading.Of(Reading.JsonLines(), path);

        Assert.InRange(read.Documents.Count, 2000, 2999);
        Assert.Equal(Enumerable.Range(0, read.Documents.Count).Select(i => $"{i}"), read.Documents.Select(d => d.Id));
        Assert.Equal(new QuarantinedRecord("f", 0, "the compressed data ends too early"), Assert.Single(read.Bad));
    }

    private static string Lines(ref CounterRandom random, int count)
    {
        var lines = new StringBuilder();
        for (int i = 0; i < count; i++)
        {
            string words = Archives.Words(ref random, random.NextInt32(40)).Replace("\n", "\\n", StringComparison.Ordinal);
            lines.Append("{\"id\":\"").Append(i).Append("\",\"text\":\"").Append(words).Append("\"}\n");
        }

        return lines.ToString();
    }

    private string Write(string name, byte[] bytes)
    {
        string path = _folder.File(name);
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
