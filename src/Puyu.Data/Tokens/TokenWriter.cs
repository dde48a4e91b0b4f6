using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Puyu.Data.Tokens;

/// <summary>Writes documents to a .tokens file one after the other; see <see cref="TokenDataset.Write"/>.</summary>
/// <remarks>Keeps 8 bytes a document and, once a document has a mask, one bit a token in memory.</remarks>
public sealed class TokenWriter
{
    private const int ChunkBytes = 1 << 12;

    private readonly Stream _stream;
    private readonly int _vocabSize;
    private readonly int _tokenBytes;
    private readonly IncrementalHash _hash;
    private readonly List<long> _ends = [];
    private List<ulong>? _mask;

    internal TokenWriter(Stream stream, int vocabSize, IncrementalHash hash)
    {
        _stream = stream;
        _vocabSize = vocabSize;
        _tokenBytes = TokenBytes.Of(vocabSize);
        _hash = hash;
        stream.Write(new byte[TokenFormat.HeaderBytes]);
    }

    /// <summary>Tokens written so far.</summary>
    public long Tokens { get; private set; }

    /// <summary>Documents written so far.</summary>
    public int Documents => _ends.Count;

    /// <summary>Adds a document of which every token is trained on.</summary>
    /// <param name="tokenIds">At least one id, each in [0, vocabulary size).</param>
    /// <exception cref="ArgumentException">The document is empty or has an id out of range.</exception>
    public void Add(ReadOnlySpan<int> tokenIds)
    {
        Append(tokenIds);
        if (_mask is not null)
        {
            ExtendMask();
        }
    }

    /// <summary>
    /// Adds a document of which some tokens are context only, e.g. the user's side of a conversation.
    /// </summary>
    /// <param name="tokenIds">At least one id, each in [0, vocabulary size).</param>
    /// <param name="trained">For each token, whether the model shall learn to predict it.</param>
    /// <exception cref="ArgumentException">
    /// The document is empty, has an id out of range, or the lengths differ.
    /// </exception>
    public void Add(ReadOnlySpan<int> tokenIds, ReadOnlySpan<bool> trained)
    {
        if (trained.Length != tokenIds.Length)
        {
            throw new ArgumentException($"trained has {trained.Length} items but there are {tokenIds.Length} tokens");
        }

        long first = Tokens;
        Append(tokenIds);
        _mask ??= [];
        ExtendMask();
        Span<ulong> mask = CollectionsMarshal.AsSpan(_mask);
        for (int i = 0; i < trained.Length; i++)
        {
            long token = first + i;
            if (!trained[i])
            {
                mask[(int)(token / 64)] &= ~(1UL << (int)(token % 64));
            }
        }
    }

    /// <summary>Writes what follows the tokens, then the header.</summary>
    internal void Complete(string path)
    {
        if (_ends.Count == 0)
        {
            throw new InvalidDataException($"{path} would have no documents but must have at least one");
        }

        long padding = TokenFormat.PaddedTokenBytes(Tokens, _tokenBytes) - (Tokens * _tokenBytes);
        Span<byte> zeros = stackalloc byte[8];
        zeros.Clear();
        WriteHashed(zeros[..(int)padding]);
        WriteUInt64s(MemoryMarshal.Cast<long, ulong>(CollectionsMarshal.AsSpan(_ends)));
        if (_mask is not null)
        {
            ClearBeyondTheEnd(CollectionsMarshal.AsSpan(_mask));
            WriteUInt64s(CollectionsMarshal.AsSpan(_mask));
        }

        UInt128 bodyHash = BinaryPrimitives.ReadUInt128LittleEndian(_hash.GetHashAndReset());
        var format = new TokenFormat(_tokenBytes, _vocabSize, Tokens, _ends.Count, _mask is not null, bodyHash);
        Span<byte> header = stackalloc byte[TokenFormat.HeaderBytes];
        format.Write(header);
        _stream.Position = 0;
        _stream.Write(header);
    }

    private void Append(ReadOnlySpan<int> tokenIds)
    {
        if (tokenIds.IsEmpty)
        {
            throw new ArgumentException($"document {_ends.Count} is empty but must have at least one token");
        }

        for (int i = 0; i < tokenIds.Length; i++)
        {
            if ((uint)tokenIds[i] >= (uint)_vocabSize)
            {
                throw new ArgumentException(
                    $"token {i} of document {_ends.Count} is {tokenIds[i]} but must lie in [0, {_vocabSize})");
            }
        }

        Span<byte> chunk = stackalloc byte[ChunkBytes];
        for (ReadOnlySpan<int> rest = tokenIds; !rest.IsEmpty;)
        {
            int count = Math.Min(rest.Length, ChunkBytes / _tokenBytes);
            TokenBytes.Encode(rest[..count], chunk, _tokenBytes);
            WriteHashed(chunk[..(count * _tokenBytes)]);
            rest = rest[count..];
        }

        Tokens += tokenIds.Length;
        _ends.Add(Tokens);
    }

    /// <summary>
    /// Marks the tokens that are not in the mask yet as trained. Words are appended as ones, so the bits beyond the
    /// last token are right for the tokens to come.
    /// </summary>
    private void ExtendMask()
    {
        long words = (Tokens + 63) / 64;
        while (_mask!.Count < words)
        {
            _mask.Add(ulong.MaxValue);
        }
    }

    private void ClearBeyondTheEnd(Span<ulong> mask)
    {
        if (Tokens % 64 != 0)
        {
            mask[^1] &= (1UL << (int)(Tokens % 64)) - 1;
        }
    }

    private void WriteUInt64s(ReadOnlySpan<ulong> values)
    {
        Span<byte> chunk = stackalloc byte[ChunkBytes];
        while (!values.IsEmpty)
        {
            int count = Math.Min(values.Length, chunk.Length / 8);
            for (int i = 0; i < count; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(chunk[(8 * i)..], values[i]);
            }

            WriteHashed(chunk[..(8 * count)]);
            values = values[count..];
        }
    }

    private void WriteHashed(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        _stream.Write(bytes);
    }
}
