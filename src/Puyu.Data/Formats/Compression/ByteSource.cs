using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>
/// The bytes of a part, decompressed: one run of them, or several where damage between is passed over. Positions count
/// the bytes that were read.
/// </summary>
internal abstract class ByteSource : IDisposable
{
    private readonly Queue<(long Position, long Offset)> _pieces = new();
    private long _located;

    /// <summary>Why the run at hand ended before the part did; null if it did not.</summary>
    public string? Damage { get; protected set; }

    /// <summary>Where in the stored file the damage begins.</summary>
    public long DamageOffset { get; protected set; }

    /// <summary>Opens a part of a plain, gzip or zstd file.</summary>
    public static ByteSource Open(SourcePart part) => CompressedFile.Kind(part.Path) switch
    {
        CompressionKind.Gzip => new GzipSource(part),
        CompressionKind.Zstd => new ZstdSource(part.Path),
        _ => new PlainSource(part),
    };

    /// <summary>Reads some bytes.</summary>
    /// <returns>How many; 0 at the end of the run.</returns>
    public abstract int Read(Span<byte> into);

    /// <summary>Passes over bytes.</summary>
    /// <returns>How many; less than asked at the end of the run.</returns>
    public virtual long Skip(long count)
    {
        Span<byte> scratch = stackalloc byte[4096];
        long skipped = 0;
        while (skipped < count)
        {
            int read = Read(scratch[..(int)Math.Min(scratch.Length, count - skipped)]);
            if (read == 0)
            {
                break;
            }

            skipped += read;
        }

        return skipped;
    }

    /// <summary>As <see cref="DocumentSource.Offset"/>: where a record that begins at a position was stored.</summary>
    /// <param name="position">Not below that of the call before.</param>
    public virtual long Locate(long position)
    {
        while (_pieces.TryPeek(out (long Position, long Offset) piece) && piece.Position <= position)
        {
            _located = _pieces.Dequeue().Offset;
        }

        return _located;
    }

    /// <summary>Goes on behind the damage.</summary>
    /// <returns>False if nothing more can be read.</returns>
    public virtual bool Resume() => false;

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Says where a member or frame was stored.</summary>
    /// <param name="position">Of its first byte.</param>
    /// <param name="offset">In the stored file.</param>
    protected void BeginPiece(long position, long offset) => _pieces.Enqueue((position, offset));
}
