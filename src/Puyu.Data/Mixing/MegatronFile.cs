using System.Buffers.Binary;
using Puyu.Abstractions;
using Puyu.Data.Tokens;

namespace Puyu.Data.Mixing;

/// <summary>Megatron's indexed data set: <c>.bin</c> of ids and <c>.idx</c>; a document is one sequence.</summary>
/// <remarks>
/// The index: "MMIDIDX", two zeros, version 1 in 64 bits, a byte for the type of ids (8: u16, 4: i32), numbers of
/// sequences and of borders of documents in 64 bits, lengths of sequences in 32, their places in bytes and the borders
/// of documents, from 0 on, in 64. Source: Megatron-LM, core/datasets/indexed_dataset.py.
/// </remarks>
internal static class MegatronFile
{
    private const byte TypeOfTwoBytes = 8;
    private const byte TypeOfFourBytes = 4;

    private static ReadOnlySpan<byte> Magic => "MMIDIDX\0\0"u8;

    /// <summary>Writes both files of a shard.</summary>
    /// <param name="path">Without ending.</param>
    /// <param name="facts">What is known of the tokens.</param>
    /// <param name="fill">Adds the documents.</param>
    public static void Write(string path, TokenFileFacts facts, Action<Action<ReadOnlySpan<int>>> fill)
    {
        int tokenBytes = TokenBytes.Of(facts.VocabSize);
        var lengths = new List<int>();
        AtomicFile.Write(path + ".bin", stream => fill(ids =>
        {
            TokenBytes.Write(stream, ids, tokenBytes);
            lengths.Add(ids.Length);
        }));
        AtomicFile.Write(path + ".idx", stream => WriteIndex(stream, lengths, tokenBytes));
    }

    /// <summary>Writes the index.</summary>
    /// <param name="stream">At its beginning.</param>
    /// <param name="lengths">Tokens of each document.</param>
    /// <param name="tokenBytes">Bytes of an id, 2 or 4.</param>
    public static void WriteIndex(Stream stream, IReadOnlyList<int> lengths, int tokenBytes)
    {
        stream.Write(Magic);
        WriteInt64(stream, 1);
        stream.WriteByte(tokenBytes == 2 ? TypeOfTwoBytes : TypeOfFourBytes);
        WriteInt64(stream, lengths.Count);
        WriteInt64(stream, lengths.Count + 1);
        Span<byte> bytes = stackalloc byte[4];
        foreach (int length in lengths)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes, length);
            stream.Write(bytes);
        }

        long place = 0;
        foreach (int length in lengths)
        {
            WriteInt64(stream, place);
            place += (long)length * tokenBytes;
        }

        for (int document = 0; document <= lengths.Count; document++)
        {
            WriteInt64(stream, document);
        }
    }

    private static void WriteInt64(Stream stream, long value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        stream.Write(bytes);
    }
}
