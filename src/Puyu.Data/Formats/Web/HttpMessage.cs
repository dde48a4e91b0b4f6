using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Puyu.Data.Formats;

/// <summary>What a server answered.</summary>
/// <remarks>Source: RFC 9112 (messages, chunks); RFC 9110, § 8.4 (content codings).</remarks>
internal readonly ref struct HttpMessage
{
    private const int MaxHeaderBytes = 1 << 18;

    private HttpMessage(int status, string mime, string? charset, ReadOnlySpan<byte> body)
    {
        Status = status;
        Mime = mime;
        CharsetLabel = charset;
        Body = body;
    }

    /// <summary>Such as 200.</summary>
    public int Status { get; }

    /// <summary>Media type in lower case, without parameters; empty if there is none.</summary>
    public string Mime { get; }

    /// <summary>What the header says of the encoding; null for nothing.</summary>
    public string? CharsetLabel { get; }

    /// <summary>The content, without chunks and compression.</summary>
    public ReadOnlySpan<byte> Body { get; }

    /// <summary>Reads an answer.</summary>
    /// <param name="bytes">Status line, headers, body.</param>
    /// <param name="maxBytes">Most bytes of the body, decompressed.</param>
    /// <exception cref="InvalidDataException">It is no HTTP, or its body is not as its headers say.</exception>
    public static HttpMessage Parse(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        int headerBytes = EndOfHeader(bytes);
        string[] lines = Encoding.Latin1.GetString(bytes[..headerBytes]).Split('\n');
        string[] status = lines[0].Split(' ', 3);
        if (!lines[0].StartsWith("HTTP/", StringComparison.Ordinal) || status.Length < 2
            || !int.TryParse(status[1].Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int code))
        {
            throw new InvalidDataException("the response does not begin with an HTTP status line");
        }

        string contentType = Header(lines, "Content-Type");
        ReadOnlySpan<byte> body = bytes[headerBytes..];
        if (Header(lines, "Transfer-Encoding").Contains("chunked", StringComparison.OrdinalIgnoreCase))
        {
            body = Unchunk(body);
        }

        body = Decompress(body, Header(lines, "Content-Encoding"), maxBytes);
        return new HttpMessage(code, MimeOf(contentType), CharsetOf(contentType), body);
    }

    /// <summary>The media type of a header, in lower case.</summary>
    public static string MimeOf(string contentType) => contentType.Split(';')[0].Trim().ToLowerInvariant();

    /// <summary>The charset parameter of a header; null if there is none.</summary>
    public static string? CharsetOf(string contentType)
    {
        int at = contentType.IndexOf("charset=", StringComparison.OrdinalIgnoreCase);
        string label = at < 0 ? "" : contentType[(at + 8)..].Split(';')[0].Trim().Trim('"', '\'');
        return label.Length == 0 ? null : label;
    }

    private static int EndOfHeader(ReadOnlySpan<byte> bytes)
    {
        ReadOnlySpan<byte> head = bytes[..Math.Min(bytes.Length, MaxHeaderBytes)];
        int end = head.IndexOf("\r\n\r\n"u8);
        int bare = head.IndexOf("\n\n"u8);
        return end >= 0 && (bare < 0 || end < bare) ? end + 4 : bare >= 0 ? bare + 2 : head.Length;
    }

    private static string Header(string[] lines, string name)
    {
        foreach (string line in lines.AsSpan(1))
        {
            if (line.Length > name.Length && line[name.Length] == ':'
                && line.StartsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                return line[(name.Length + 1)..].Trim();
            }
        }

        return string.Empty;
    }

    /// <summary>Joins chunks. A body that does not begin with one was unchunked when it was archived.</summary>
    private static ReadOnlySpan<byte> Unchunk(ReadOnlySpan<byte> body)
    {
        var plain = new MemoryStream();
        ReadOnlySpan<byte> rest = body;
        while (true)
        {
            int newline = rest[..Math.Min(rest.Length, 256)].IndexOf((byte)'\n');
            ReadOnlySpan<byte> line = newline < 0 ? rest : rest[..newline];
            int extension = line.IndexOf((byte)';');
            line = (extension < 0 ? line : line[..extension]).Trim(" \r\t"u8);
            bool isSize = uint.TryParse(
                line, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint size);
            if (newline < 0 || !isSize || size > rest.Length - newline - 1)
            {
                return plain.Length == 0 && !isSize ? body : throw new InvalidDataException(
                    FormattableString.Invariant($"the chunked body breaks after {plain.Length} bytes"));
            }

            if (size == 0)
            {
                return plain.ToArray();
            }

            plain.Write(rest.Slice(newline + 1, (int)size));
            rest = rest[(newline + 1 + (int)size)..].TrimStart("\r\n"u8);
        }
    }

    /// <summary>
    /// Undoes a content coding. A body without its magic number was decompressed when it was archived.
    /// </summary>
    private static ReadOnlySpan<byte> Decompress(ReadOnlySpan<byte> body, string coding, int maxBytes)
    {
        switch (coding.ToLowerInvariant())
        {
            case "gzip" or "x-gzip" when body.StartsWith(GzipMember.Magic):
                return Inflate(new GZipStream(Packed(body), CompressionMode.Decompress), coding, maxBytes);
            case "deflate" when body.Length > 2 && ((body[0] << 8) | body[1]) % 31 == 0 && (body[0] & 15) == 8:
                return Inflate(new ZLibStream(Packed(body), CompressionMode.Decompress), coding, maxBytes);
            case "deflate":
                return Inflate(new DeflateStream(Packed(body), CompressionMode.Decompress), coding, maxBytes);
            case "br":
                return Inflate(new BrotliStream(Packed(body), CompressionMode.Decompress), coding, maxBytes);
            default:
                return body;
        }
    }

    private static MemoryStream Packed(ReadOnlySpan<byte> body) => new(body.ToArray());

    private static byte[] Inflate(Stream stream, string coding, int maxBytes)
    {
        using (stream)
        {
            var plain = new MemoryStream();
            byte[] bytes = new byte[1 << 14];
            try
            {
                for (int read = stream.Read(bytes); read > 0; read = stream.Read(bytes))
                {
                    plain.Write(bytes, 0, read);
                    if (plain.Length > maxBytes)
                    {
                        throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                            $"the body has more than {maxBytes} bytes when decompressed: "
                            + $"raise maxRecordBytes to read it"));
                    }
                }
            }
            catch (InvalidOperationException problem)
            {
                // BrotliStream's way to say that the data is damaged.
                throw new InvalidDataException($"the body is not as its Content-Encoding {coding} says", problem);
            }

            return plain.ToArray();
        }
    }
}
