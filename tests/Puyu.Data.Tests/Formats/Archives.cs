using System.IO.Compression;
using System.Text;
using Puyu.Abstractions;

namespace Puyu.Data.Tests.Formats;

/// <summary>Makes files to read.</summary>
internal static class Archives
{
    /// <summary>One gzip member.</summary>
    public static byte[] Gzip(ReadOnlySpan<byte> plain, CompressionLevel level = CompressionLevel.Optimal)
    {
        var packed = new MemoryStream();
        using (var stream = new GZipStream(packed, level, leaveOpen: true))
        {
            stream.Write(plain);
        }

        return packed.ToArray();
    }

    /// <inheritdoc cref="Gzip(ReadOnlySpan{byte}, CompressionLevel)"/>
    public static byte[] Gzip(string plain) => Gzip(Encoding.UTF8.GetBytes(plain));

    /// <summary>A WARC record of a page.</summary>
    public static byte[] Page(int number, byte[] body, string mime = "text/html") =>
        Record(number, "response", "application/http; msgtype=response",
        [
            .. Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: {mime}\r\n\r\n"),
            .. body,
        ]);

    /// <summary>A WARC record.</summary>
    public static byte[] Record(int number, string type, string contentType, byte[] block) =>
    [
        .. Encoding.UTF8.GetBytes(
            $"WARC/1.0\r\nWARC-Type: {type}\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
            + $"WARC-Target-URI: http://example.org/{number}\r\nWARC-Date: 2020-01-02T03:04:05Z\r\n"
            + $"Content-Type: {contentType}\r\nContent-Length: {block.Length}\r\n\r\n"),
        .. block,
        .. "\r\n\r\n"u8,
    ];

    /// <summary>Words in no order, the same for the same seed; lines now and then.</summary>
    public static string Words(ref CounterRandom random, int count)
    {
        string[] words = ["the", "石头记", "of", "rain", "naïve", "tensor", "\U0001F600", "and", "a", "sea\nshore"];
        return string.Join(' ', Words(random.NextInt32(1 << 30), count, words));
    }

    private static List<string> Words(int seed, int count, string[] words)
    {
        var random = new CounterRandom((ulong)seed);
        var drawn = new List<string>();
        for (int i = 0; i < count; i++)
        {
            drawn.Add(words[random.NextInt32(words.Length)]);
        }

        return drawn;
    }
}
