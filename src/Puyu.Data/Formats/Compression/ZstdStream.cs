using System.Diagnostics.CodeAnalysis;

namespace Puyu.Data.Formats;

/// <summary>Compresses into another stream, which stays open, as one zstd frame of the usual level.</summary>
internal sealed unsafe class ZstdStream : Stream
{
    private const int GoOn = 0;
    private const int EndFrame = 2;

    [SuppressMessage("Reliability", "CA2213", Justification = "it stays open")]
    private readonly Stream _stream;

    private readonly byte[] _output = new byte[1 << 17];
    private nint _context;

    /// <summary>Begins a frame.</summary>
    /// <exception cref="NotSupportedException">libzstd is absent.</exception>
    public ZstdStream(Stream stream)
    {
        Zstd.Require("a .zst file");
        _stream = stream;
        _context = Zstd.CreateCompressor();
    }

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer) => Compress(buffer, GoOn);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush() => _stream.Flush();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && _context != 0)
        {
            Compress([], EndFrame);
            _ = Zstd.FreeCompressor(_context);
            _context = 0;
        }

        base.Dispose(disposing);
    }

    private void Compress(ReadOnlySpan<byte> bytes, int directive)
    {
        fixed (byte* plain = bytes)
        fixed (byte* packed = _output)
        {
            var input = new Zstd.Buffer { Bytes = plain, Length = (nuint)bytes.Length };
            nuint left;
            do
            {
                var output = new Zstd.Buffer { Bytes = packed, Length = (nuint)_output.Length };
                left = Zstd.Compress(_context, ref output, ref input, directive);
                if (Zstd.Problem(left) is { } problem)
                {
                    throw new IOException($"zstd cannot compress: {problem}");
                }

                _stream.Write(_output.AsSpan(0, (int)output.Position));
            }
            while (directive == EndFrame ? left != 0 : input.Position < input.Length);
        }
    }
}
