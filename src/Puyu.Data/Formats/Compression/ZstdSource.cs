namespace Puyu.Data.Formats;

/// <summary>A zstd file from its beginning. Damage ends the run; the next frame begins another.</summary>
internal sealed unsafe class ZstdSource : ByteSource
{
    private const int ScanBytes = 1 << 20;

    private readonly MappedFile _file;
    private nint _context;
    private long _position;
    private long _frame;
    private long _next;
    private bool _inFrame;

    /// <summary>Opens a file.</summary>
    /// <exception cref="NotSupportedException">libzstd is absent.</exception>
    public ZstdSource(string path)
    {
        Zstd.Require(path);
        _file = new MappedFile(path);
        _context = Zstd.CreateDecompressor();
    }

    private static ReadOnlySpan<byte> Magic => [0x28, 0xB5, 0x2F, 0xFD];

    /// <inheritdoc/>
    public override int Read(Span<byte> into)
    {
        while (Damage is null && (_next < _file.Length || _inFrame))
        {
            int count = ReadOnce(into);
            _position += count;
            if (count > 0)
            {
                return count;
            }
        }

        return 0;
    }

    /// <inheritdoc/>
    public override bool Resume()
    {
        Damage = null;
        _inFrame = false;
        _ = Zstd.FreeDecompressor(_context);
        _context = Zstd.CreateDecompressor();
        for (long from = _frame + 1; from < _file.Length; from += ScanBytes - Magic.Length)
        {
            int found = _file.Slice(from, (int)Math.Min(ScanBytes, _file.Length - from)).IndexOf(Magic);
            if (found >= 0)
            {
                _next = from + found;
                return true;
            }
        }

        return false;
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        _file.Dispose();
        _ = Zstd.FreeDecompressor(_context);
    }

    private int ReadOnce(Span<byte> into)
    {
        if (!_inFrame)
        {
            _frame = _next;
            BeginPiece(_position, _frame);
        }

        fixed (byte* bytes = into)
        {
            var output = new Zstd.Buffer { Bytes = bytes, Length = (nuint)into.Length };
            var input = new Zstd.Buffer { Bytes = _file.Bytes, Length = (nuint)_file.Length, Position = (nuint)_next };
            nuint result = Zstd.Decompress(_context, ref output, ref input);
            string? problem = Zstd.Problem(result);
            bool isStuck = output.Position == 0 && (long)input.Position == _next;
            _next = (long)input.Position;
            _inFrame = result != 0;
            if (problem is not null || isStuck)
            {
                Damage = problem is null ? "the zstd frame ends too early" : $"the zstd frame is damaged: {problem}";
                DamageOffset = _frame;
            }

            return (int)output.Position;
        }
    }
}
