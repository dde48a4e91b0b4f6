using System.Buffers.Binary;
using System.Text;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Tests.Support;

/// <summary>Small model files, written byte by byte.</summary>
internal static class ModelFiles
{
    /// <summary>A SentencePiece model file.</summary>
    public static byte[] SentencePiece(
        IEnumerable<Piece> pieces,
        bool isUnigram = false,
        bool byteFallback = false,
        bool dummyPrefix = false,
        bool removeSpaces = false,
        byte[]? charsmap = null)
    {
        var file = new List<byte>();
        foreach (Piece piece in pieces)
        {
            byte[] score = new byte[4];
            BinaryPrimitives.WriteSingleLittleEndian(score, piece.Score);
            AddBytes(file, 1,
            [
                .. Bytes(1, Encoding.UTF8.GetBytes(piece.Text)), (2 << 3) | 5, .. score, .. Varint(3, (int)piece.Type),
            ]);
        }

        AddBytes(file, 2, [.. Varint(3, isUnigram ? 1 : 2), .. Varint(35, byteFallback ? 1 : 0)]);
        AddBytes(file, 3,
        [
            .. charsmap is null ? [] : Bytes(2, charsmap), .. Varint(3, dummyPrefix ? 1 : 0),
            .. Varint(4, removeSpaces ? 1 : 0),
        ]);
        return [.. file];
    }

    /// <summary>The pieces every model has, and these.</summary>
    public static Piece[] WithControls(params (string Text, float Score)[] normal) =>
    [
        new("<unk>", 0, PieceType.Unknown), new("<s>", 0, PieceType.Control), new("</s>", 0, PieceType.Control),
        .. normal.Select(piece => new Piece(piece.Text, piece.Score, PieceType.Normal)),
    ];

    /// <summary>All byte pieces.</summary>
    public static IEnumerable<Piece> BytePieces() =>
        Enumerable.Range(0, 256).Select(value => new Piece($"<0x{value:X2}>", 0, PieceType.Byte));

    /// <summary>
    /// Compiled normalization rules: a double array in which every node has a block of 256 units for its children.
    /// </summary>
    public static byte[] Charsmap(params (string From, string To)[] rules)
    {
        var units = new List<uint>(new uint[256]);
        var pool = new List<byte>();
        foreach ((string from, string to) in rules)
        {
            int node = 0;
            foreach (byte label in Encoding.UTF8.GetBytes(from))
            {
                node = Base(units, node) + label;
                units[node] = (units[node] & ~0xFFu) | label;
            }

            int leaf = Base(units, node);
            units[node] |= 1 << 8;
            units[leaf] = (1u << 31) | (uint)pool.Count;
            pool.AddRange([.. Encoding.UTF8.GetBytes(to), 0]);
        }

        var blob = new byte[4 + (4 * units.Count) + pool.Count];
        BinaryPrimitives.WriteInt32LittleEndian(blob, 4 * units.Count);
        for (int i = 0; i < units.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(blob.AsSpan(4 + (4 * i)), units[i]);
        }

        pool.CopyTo(blob, 4 + (4 * units.Count));
        return blob;
    }

    /// <summary>A GGUF file without tensors.</summary>
    public static byte[] Gguf(params (string Key, object Value)[] metadata)
    {
        using var file = new MemoryStream();
        using var writer = new BinaryWriter(file);
        writer.Write(0x46554747u);
        writer.Write(3u);
        writer.Write(0L);
        writer.Write((long)metadata.Length);
        foreach ((string key, object value) in metadata)
        {
            WriteString(writer, key);
            WriteValue(writer, value);
        }

        return file.ToArray();
    }

    private static int Base(List<uint> units, int node)
    {
        uint offset = units[node] >> 10;
        if (offset == 0)
        {
            offset = (uint)(units.Count ^ node);
            units.AddRange(new uint[256]);
            units[node] |= offset << 10;
        }

        return node ^ (int)offset;
    }

    private static void WriteValue(BinaryWriter writer, object value)
    {
        switch (value)
        {
            case string text:
                writer.Write(8u);
                WriteString(writer, text);
                break;
            case bool flag:
                writer.Write(7u);
                writer.Write(flag);
                break;
            case int number:
                writer.Write(4u);
                writer.Write(number);
                break;
            case string[] texts:
                writer.Write(9u);
                writer.Write(8u);
                writer.Write((long)texts.Length);
                Array.ForEach(texts, text => WriteString(writer, text));
                break;
            case float[] numbers:
                writer.Write(9u);
                writer.Write(6u);
                writer.Write((long)numbers.Length);
                Array.ForEach(numbers, writer.Write);
                break;
            case int[] numbers:
                writer.Write(9u);
                writer.Write(5u);
                writer.Write((long)numbers.Length);
                Array.ForEach(numbers, writer.Write);
                break;
            default:
                throw new ArgumentException($"{value.GetType()} is not written", nameof(value));
        }
    }

    private static void WriteString(BinaryWriter writer, string text)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        writer.Write((long)bytes.Length);
        writer.Write(bytes);
    }

    private static void AddBytes(List<byte> file, int field, byte[] value) => file.AddRange(Bytes(field, value));

    private static byte[] Bytes(int field, byte[] value) =>
        [.. Number((uint)((field << 3) | 2)), .. Number((uint)value.Length), .. value];

    private static byte[] Varint(int field, int value) => [.. Number((uint)(field << 3)), .. Number((uint)value)];

    private static IEnumerable<byte> Number(uint value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }
}
