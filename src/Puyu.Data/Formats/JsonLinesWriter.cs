using System.IO.Compression;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>Writes documents as JSON Lines, an object a line.</summary>
/// <param name="stream">Stays open.</param>
/// <param name="kind">How to compress.</param>
/// <param name="write">Appends a document with its newline.</param>
internal sealed class JsonLinesWriter(Stream stream, CompressionKind kind, Action<JsonBuffer, Document> write)
    : IDocumentWriter
{
    /// <summary>
    /// Uncompressed bytes at which a gzip member or zstd frame ends, so that a file can be cut and damage stays small.
    /// </summary>
    public const int MemberBytes = 1 << 24;

    private const int FlushBytes = 1 << 16;

    private readonly JsonBuffer _json = new();
    private Stream? _compressed;
    private long _flushed;
    private long _memberStart;

    /// <inheritdoc/>
    public long Position => _flushed + _json.Bytes.Length;

    /// <inheritdoc/>
    /// <exception cref="InvalidDataException">
    /// The text is not Unicode; nothing of the document is written, and others may follow.
    /// </exception>
    public void Write(Document document)
    {
        int before = _json.Bytes.Length;
        try
        {
            write(_json, document);
        }
        catch (InvalidDataException problem)
        {
            _json.Truncate(before);
            throw new InvalidDataException(
                $"document {document.Id} from {document.Source}: {problem.Message}", problem);
        }

        if (_json.Bytes.Length >= FlushBytes)
        {
            Flush();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Flush();
        EndMember();
    }

    private void Flush()
    {
        if (_json.Bytes.IsEmpty)
        {
            return;
        }

        _compressed ??= kind switch
        {
            CompressionKind.Gzip => new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true),
            CompressionKind.Zstd => new ZstdStream(stream),
            _ => stream,
        };
        _compressed.Write(_json.Bytes);
        _flushed += _json.Bytes.Length;
        _json.Truncate(0);
        if (_flushed - _memberStart >= MemberBytes)
        {
            EndMember();
        }
    }

    private void EndMember()
    {
        if (kind != CompressionKind.None)
        {
            _compressed?.Dispose();
        }

        _compressed = null;
        _memberStart = _flushed;
    }
}
