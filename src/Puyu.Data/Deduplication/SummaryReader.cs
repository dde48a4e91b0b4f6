using System.Buffers.Binary;

namespace Puyu.Data.Deduplication;

/// <summary>Reads a summary from its beginning to its end.</summary>
internal sealed class SummaryReader(string path) : IDisposable
{
    private readonly FileStream _stream = new(
        path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 18, FileOptions.SequentialScan);

    private byte[] _buffer = new byte[4096];
    private int _length;

    /// <summary>The current record, valid until the next is read.</summary>
    public SummaryRecord Record => new(_buffer.AsSpan(0, _length));

    /// <summary>Where the current record begins, its length included.</summary>
    public long Offset { get; private set; }

    /// <summary>Reads the next record; false at the end.</summary>
    /// <exception cref="InvalidDataException">The file is cut short.</exception>
    public bool TryRead()
    {
        Offset = _stream.Position;
        Span<byte> prefix = stackalloc byte[sizeof(int)];
        int read = _stream.ReadAtLeast(prefix, sizeof(int), throwOnEndOfStream: false);
        if (read == 0)
        {
            return false;
        }

        _length = read == sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(prefix) : 0;
        if (_length < SummaryRecord.HeaderBytes || _length > _stream.Length - _stream.Position)
        {
            throw new InvalidDataException($"{path} is cut short in the record at byte {Offset}; delete it and rerun");
        }

        if (_buffer.Length < _length)
        {
            _buffer = GC.AllocateUninitializedArray<byte>(Math.Max(_length, (int)Math.Min(2L * _length, 1 << 30)));
        }

        _stream.ReadExactly(_buffer, 0, _length);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();
}
