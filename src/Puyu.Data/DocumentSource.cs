using System.Buffers.Binary;
using System.Text;

namespace Puyu.Data;

/// <summary>Where a document was read. It does not change with the number of shards, threads or parts.</summary>
/// <param name="File">Path of the file below the folder of the corpus, with forward slashes.</param>
/// <param name="Offset">
/// Of its first byte in the file, or in the file as it is once decompressed, or of the compressed record that it is.
/// </param>
/// <param name="Index">Which of several documents that begin there, from 0.</param>
public readonly record struct DocumentSource(string File, long Offset, int Index)
{
    /// <summary>Of a document that was not read from a file.</summary>
    public static DocumentSource None => new(string.Empty, 0, 0);

    /// <summary>A hash that tells the documents of a corpus apart, with certainty for all practical purposes.</summary>
    public UInt128 Key
    {
        get
        {
            byte[] bytes = new byte[Encoding.UTF8.GetByteCount(File) + 12];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, Offset);
            BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), Index);
            Encoding.UTF8.GetBytes(File, bytes.AsSpan(12));
            return Hashing.Hash128(bytes);
        }
    }

    /// <summary>As in messages: file, offset and index.</summary>
    public override string ToString() =>
        FormattableString.Invariant($"{File}@{Offset}") + (Index == 0 ? "" : FormattableString.Invariant($"#{Index}"));
}
