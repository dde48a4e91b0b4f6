using System.Buffers.Binary;
using System.Text;

namespace Puyu.Data.Deduplication;

/// <summary>
/// What is kept of a document until duplicates are decided: key, <see cref="Priority"/>, source, ID, and a payload that
/// depends on the stage.
/// </summary>
/// <remarks>
/// Little-endian: key (16 bytes), priority (32), offset (8), index (4), bytes of the file's path (4), bytes of the ID
/// (4), path, ID, payload. A summary is a sequence of these, each with its length (4) in front.
/// </remarks>
internal readonly ref struct SummaryRecord(ReadOnlySpan<byte> bytes)
{
    public const int HeaderBytes = 16 + Priority.Bytes + 8 + 4 + 4 + 4;

    /// <summary>All of it, without the length in front.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    public UInt128 Key => BinaryPrimitives.ReadUInt128LittleEndian(Bytes);

    public Priority Priority => Priority.Read(Bytes[16..]);

    public string File => Encoding.UTF8.GetString(Bytes.Slice(HeaderBytes, FileBytes));

    public DocumentSource Source => new(
        File, BinaryPrimitives.ReadInt64LittleEndian(Bytes[48..]), BinaryPrimitives.ReadInt32LittleEndian(Bytes[56..]));

    public string Id => Encoding.UTF8.GetString(Bytes.Slice(HeaderBytes + FileBytes, IdBytes));

    public ReadOnlySpan<byte> Payload => Bytes[(HeaderBytes + FileBytes + IdBytes)..];

    private int FileBytes => BinaryPrimitives.ReadInt32LittleEndian(Bytes[60..]);

    private int IdBytes => BinaryPrimitives.ReadInt32LittleEndian(Bytes[64..]);
}
