using System.Buffers.Binary;

namespace Puyu.Data.Tokens;

/// <summary>Token ids as two or four bytes, little-endian.</summary>
internal static class TokenBytes
{
    private const int ChunkBytes = 1 << 12;

    /// <summary>Bytes of an id: two if all ids of the vocabulary fit, else four.</summary>
    public static int Of(int vocabSize) => vocabSize <= 1 << 16 ? 2 : 4;

    /// <summary>Writes ids.</summary>
    public static void Write(Stream stream, ReadOnlySpan<int> tokenIds, int tokenBytes)
    {
        Span<byte> chunk = stackalloc byte[ChunkBytes];
        while (!tokenIds.IsEmpty)
        {
            int count = Math.Min(tokenIds.Length, ChunkBytes / tokenBytes);
            Encode(tokenIds[..count], chunk, tokenBytes);
            stream.Write(chunk[..(count * tokenBytes)]);
            tokenIds = tokenIds[count..];
        }
    }

    /// <summary>Turns ids into bytes.</summary>
    public static void Encode(ReadOnlySpan<int> tokenIds, Span<byte> bytes, int tokenBytes)
    {
        for (int i = 0; i < tokenIds.Length; i++)
        {
            if (tokenBytes == 2)
            {
                BinaryPrimitives.WriteUInt16LittleEndian(bytes[(2 * i)..], (ushort)tokenIds[i]);
            }
            else
            {
                BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], tokenIds[i]);
            }
        }
    }

    /// <summary>Turns bytes into ids.</summary>
    public static void Decode(ReadOnlySpan<byte> bytes, Span<int> tokenIds, int tokenBytes)
    {
        for (int i = 0; i < tokenIds.Length; i++)
        {
            tokenIds[i] = tokenBytes == 2
                ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..])
                : BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
        }
    }
}
