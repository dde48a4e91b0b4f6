using System.Buffers.Binary;
using System.Text;

namespace Puyu.Data.Deduplication;

/// <summary>Writes <see cref="SummaryRecord"/>s. The stream stays open.</summary>
internal sealed class SummaryWriter(Stream stream)
{
    private const int FlushBytes = 1 << 18;

    private byte[] _buffer = new byte[2 * FlushBytes];
    private int _count;

    /// <summary>Writes what is kept of a document.</summary>
    public void Write(Document document, Priority priority, ReadOnlySpan<byte> payload)
    {
        DocumentSource source = document.Source;
        int fileBytes = Encoding.UTF8.GetByteCount(source.File);
        int idBytes = Encoding.UTF8.GetByteCount(document.Id);
        Span<byte> record = Append(SummaryRecord.HeaderBytes + fileBytes + idBytes + payload.Length);
        BinaryPrimitives.WriteUInt128LittleEndian(record, source.Key);
        priority.Write(record[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(record[48..], source.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(record[56..], source.Index);
        BinaryPrimitives.WriteInt32LittleEndian(record[60..], fileBytes);
        BinaryPrimitives.WriteInt32LittleEndian(record[64..], idBytes);
        Encoding.UTF8.GetBytes(source.File, record[SummaryRecord.HeaderBytes..]);
        Encoding.UTF8.GetBytes(document.Id, record[(SummaryRecord.HeaderBytes + fileBytes)..]);
        payload.CopyTo(record[(SummaryRecord.HeaderBytes + fileBytes + idBytes)..]);
    }

    /// <summary>Writes a copy of a record.</summary>
    public void Write(SummaryRecord record) => record.Bytes.CopyTo(Append(record.Bytes.Length));

    /// <summary>Hands everything to the stream.</summary>
    public void Flush()
    {
        stream.Write(_buffer, 0, _count);
        _count = 0;
    }

    private Span<byte> Append(int length)
    {
        if (_count >= FlushBytes)
        {
            Flush();
        }

        if (_buffer.Length - _count < length + sizeof(int))
        {
            Array.Resize(ref _buffer, checked(_count + length + sizeof(int)));
        }

        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_count), length);
        _count += sizeof(int) + length;
        return _buffer.AsSpan(_count - length, length);
    }
}
