using Microsoft.Win32.SafeHandles;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Formats;

/// <summary>A stretch of a file that is not compressed.</summary>
internal sealed class PlainSource : ByteSource
{
    private readonly SafeFileHandle _file;
    private readonly long _first;
    private readonly long _end;
    private long _next;

    /// <summary>Opens a part.</summary>
    public PlainSource(SourcePart part)
    {
        _file = File.OpenHandle(part.Path);
        _first = part.Offset;
        _next = part.Offset;
        _end = part.Offset + part.Length;
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> into)
    {
        int read = RandomAccess.Read(_file, into[..(int)Math.Min(into.Length, _end - _next)], _next);
        _next += read;
        return read;
    }

    /// <inheritdoc/>
    public override long Skip(long count)
    {
        long skipped = Math.Min(count, _end - _next);
        _next += skipped;
        return skipped;
    }

    /// <inheritdoc/>
    public override long Locate(long position) => _first + position;

    /// <inheritdoc/>
    public override void Dispose() => _file.Dispose();
}
