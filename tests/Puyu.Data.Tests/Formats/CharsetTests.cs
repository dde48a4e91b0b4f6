using System.IO.Compression;
using System.Text;
using Puyu.Data.Formats;

namespace Puyu.Data.Tests.Formats;

public class CharsetTests
{
    [Theory]
    [InlineData("gb18030", "gbk", "<p>三国演义")]
    [InlineData("gb18030", "GB2312", "<p>红楼梦")]
    [InlineData("big5", "big5", "<p>紅樓夢")]
    [InlineData("shift_jis", "x-sjis", "<p>吾輩は猫である")]
    [InlineData("euc-jp", "EUC-JP", "<p>吾輩は猫である")]
    [InlineData("ks_c_5601-1987", "euc-kr", "<p>훈민정음")]
    [InlineData("windows-1251", "windows-1251", "<p>Война и мир")]
    [InlineData("windows-1252", "iso-8859-1", "<p>“café”")]
    [InlineData("utf-8", "UTF8", "<p>naïve 三")]
    public void Decode_FollowsTheHeaderAndTheMetaElement(string name, string label, string text)
    {
        Encoding encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);

        Assert.Equal(text, Charset.Decode(encoding.GetBytes(text), label, isHtml: false, out string decided));
        Assert.Equal(name, decided);
        foreach (string meta in (string[])
            [$"<meta charset={label}>", $"<META http-equiv=x content=\"text/html; charset={label}\">",
            $"<?xml version='1.0' encoding='{label}'?>"])
        {
            Assert.Equal(meta + text, Charset.Decode(encoding.GetBytes(meta + text), null, isHtml: true, out decided));
            Assert.Equal(name, decided);
        }
    }

    [Fact]
    public void Decode_BelievesTheBytes_WhereTheyContradictTheLabel()
    {
        Assert.Equal("三", Charset.Decode("三"u8, "shift_jis", isHtml: true, out string utf8)[..1]);
        Assert.Equal("三", Charset.Decode([0xFF, 0xFE, .. Encoding.Unicode.GetBytes("三")], "gbk", isHtml: true, out string marked));
        Assert.Equal("caf\u00E9", Charset.Decode(Encoding.Latin1.GetBytes("caf\u00E9"), null, isHtml: true, out string latin));
        Assert.Equal("a\uFFFDb", Charset.Decode([65 + 32, 0xC3, 66 + 32], "utf-8", isHtml: true, out string broken));
        Assert.Equal("x", Charset.Decode("x"u8, "klingon", isHtml: true, out string unknown));

        Assert.Equal(("utf-8", "utf-16", "windows-1252", "utf-8", "utf-8"), (utf8, marked, latin, broken, unknown));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    [InlineData("raw")]
    [InlineData("br")]
    [InlineData("none")]
    public void Parse_UndoesContentCodingsAndChunks(string coding)
    {
        byte[] plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<p>words and words ", 50)));
        var packed = new MemoryStream();
        using (Stream stream = coding switch
        {
            "gzip" => new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "raw" => new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            "br" => new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true),
            _ => new BufferedStream(new MemoryStream()),
        })
        {
            stream.Write(plain);
        }

        byte[] body = coding == "none" ? plain : packed.ToArray();
        string named = coding == "raw" ? "deflate" : coding == "none" ? "gzip" : coding;
        byte[] header = Encoding.ASCII.GetBytes(
            $"HTTP/1.1 200 OK\nContent-encoding: {named}\nTransfer-Encoding: chunked\ncontent-type: Text/HTML; charset=\"x\"\n\n");
        byte[] chunked = [
            .. Encoding.ASCII.GetBytes($"{5:x}\r\n"), .. body[..5], .. "\r\n"u8,
            .. Encoding.ASCII.GetBytes($"{body.Length - 5:X};a=b\r\n"), .. body[5..], .. "\r\n0\r\n\r\n"u8];

        HttpMessage whole = HttpMessage.Parse([.. header, .. chunked], 1 << 20);
        HttpMessage unchunked = HttpMessage.Parse([.. header, .. body], 1 << 20);

        Assert.Equal(plain, whole.Body.ToArray());
        Assert.Equal(plain, unchunked.Body.ToArray());
        Assert.Equal((200, "text/html", "x"), (whole.Status, whole.Mime, whole.CharsetLabel));
        Assert.Throws<InvalidDataException>(() => HttpMessage.Parse([.. header, .. chunked[..^20]], 1 << 20).Status);
        if (coding != "none")
        {
            Assert.Throws<InvalidDataException>(() => HttpMessage.Parse([.. header, .. chunked], 100).Status);
        }
    }
}
