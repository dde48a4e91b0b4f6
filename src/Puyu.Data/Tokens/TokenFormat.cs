using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Puyu.Data.Tokens;

/// <summary>
/// The header of a .tokens file: 64 bytes, little-endian. docs/data.md has the layout of the whole file.
/// </summary>
/// <param name="TokenBytes">2 or 4: the smallest that holds every id of the vocabulary.</param>
/// <param name="VocabSize">Ids are below this.</param>
/// <param name="Tokens">Number of tokens.</param>
/// <param name="Documents">Number of documents.</param>
/// <param name="HasMask">Whether a bit a token says if it is trained on.</param>
/// <param name="BodyHash">First 16 bytes of the SHA-256 of everything after the header.</param>
internal sealed record TokenFormat(
    int TokenBytes, int VocabSize, long Tokens, long Documents, bool HasMask, UInt128 BodyHash)
{
    public const int HeaderBytes = 64;
    private const int Version = 1;
    private const int HashedBytes = 56;
    private const long MaxTokens = 1L << 48; // keeps every sum of section sizes far from overflow

    private static ReadOnlySpan<byte> Magic => "PuyuTok\n"u8;

    /// <summary>Offset of the document ends: tokens are padded to a multiple of 8 bytes.</summary>
    public long EndsOffset => HeaderBytes + PaddedTokenBytes(Tokens, TokenBytes);

    /// <summary>Offset of the mask.</summary>
    public long MaskOffset => EndsOffset + (8 * Documents);

    /// <summary>Length of the whole file.</summary>
    public long FileBytes => MaskOffset + (HasMask ? 8 * ((Tokens + 63) / 64) : 0);

    public static long PaddedTokenBytes(long tokens, int tokenBytes) => (((tokens * tokenBytes) + 7) / 8) * 8;

    public void Write(Span<byte> header)
    {
        Magic.CopyTo(header);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], TokenBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[16..], Tokens);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], Documents);
        BinaryPrimitives.WriteInt32LittleEndian(header[32..], HasMask ? 1 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(header[36..], VocabSize);
        BinaryPrimitives.WriteUInt128LittleEndian(header[40..], BodyHash);
        BinaryPrimitives.WriteUInt64LittleEndian(header[HashedBytes..], HashOf(header));
    }

    /// <exception cref="InvalidDataException">The header is not one of this version, or was damaged.</exception>
    public static TokenFormat Read(string path, ReadOnlySpan<byte> header)
    {
        if (header.Length < HeaderBytes || !header.StartsWith(Magic))
        {
            throw new InvalidDataException($"{path} is not a .tokens file: it does not begin with the magic number");
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(header[8..]);
        if (version != Version)
        {
            throw new InvalidDataException($"{path} has version {version} at offset 8 but must have {Version}");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(header[HashedBytes..]) != HashOf(header))
        {
            throw new InvalidDataException($"{path} has a damaged header: its checksum at offset 56 does not match");
        }

        var format = new TokenFormat(
            BinaryPrimitives.ReadInt32LittleEndian(header[12..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[36..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(header[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(header[32..]) == 1,
            BinaryPrimitives.ReadUInt128LittleEndian(header[40..]));
        if (format.VocabSize < 1 || format.TokenBytes != Puyu.Data.Tokens.TokenBytes.Of(format.VocabSize)
            || format.Documents is < 1 or > int.MaxValue
            || format.Tokens < format.Documents || format.Tokens > MaxTokens)
        {
            throw new InvalidDataException($"{path} has a header that contradicts itself: {format}");
        }

        return format;
    }

    private static ulong HashOf(ReadOnlySpan<byte> header) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(header[..HashedBytes]));
}
