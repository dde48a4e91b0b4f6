using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Puyu.Data.Tokens;

/// <summary>One memory-mapped .tokens file. Reading is safe from several threads.</summary>
internal sealed unsafe class TokenFile : IDisposable
{
    private readonly MappedFile _file;
    private readonly TokenFormat _format;

    private TokenFile(MappedFile file)
    {
        _file = file;
        _format = TokenFormat.Read(file.Path, file.Slice(0, (int)Math.Min(file.Length, TokenFormat.HeaderBytes)));
        if (file.Length != _format.FileBytes)
        {
            throw new InvalidDataException(
                $"{Path} has {file.Length} bytes but its header says {_format.FileBytes}; it was cut or appended to");
        }

        ValidateEnds();
    }

    /// <summary>Where the file is.</summary>
    public string Path => _file.Path;

    /// <summary>Every id is below this.</summary>
    public int VocabSize => _format.VocabSize;

    /// <summary>Number of tokens.</summary>
    public long Tokens => _format.Tokens;

    /// <summary>Number of documents.</summary>
    public int Documents => (int)_format.Documents;

    /// <summary>Whether some tokens may be context only; see <see cref="IsTrained"/>.</summary>
    public bool HasMask => _format.HasMask;

    /// <summary>Tells the content apart from another's.</summary>
    public ulong Fingerprint => (ulong)_format.BodyHash;

    private ReadOnlySpan<long> Ends => new(_file.Bytes + _format.EndsOffset, Documents);

    /// <summary>Opens a file and checks its header, its length and its index; see also <see cref="Verify"/>.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is not a .tokens file, or is damaged.</exception>
    public static TokenFile Open(string path)
    {
        var file = new MappedFile(path);
        try
        {
            return new TokenFile(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Position of a document's first token among all tokens.</summary>
    public long FirstToken(int document) => document == 0 ? 0 : Ends[document - 1];

    /// <summary>Number of tokens of a document; at least 1.</summary>
    public int Length(int document) => (int)(Ends[document] - FirstToken(document));

    /// <summary>Copies tokens out, by their position among all tokens.</summary>
    /// <param name="first">Position of the first one.</param>
    /// <param name="tokenIds">Overwritten with as many as fit.</param>
    /// <exception cref="InvalidDataException">An id is not below <see cref="VocabSize"/>.</exception>
    public void CopyTo(long first, Span<int> tokenIds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, Tokens - tokenIds.Length);
        byte* from = _file.Bytes + TokenFormat.HeaderBytes + (first * _format.TokenBytes);
        uint largest = 0;
        for (int i = 0; i < tokenIds.Length; i++)
        {
            uint id = _format.TokenBytes == 2 ? ((ushort*)from)[i] : ((uint*)from)[i];
            largest = Math.Max(largest, id);
            tokenIds[i] = (int)id;
        }

        if (largest >= (uint)VocabSize)
        {
            throw new InvalidDataException(
                $"{Path} has id {largest} in tokens [{first}, {first + tokenIds.Length}) but ids end at {VocabSize}");
        }
    }

    /// <summary>Whether the model shall learn to predict a token.</summary>
    /// <param name="token">Position among all tokens.</param>
    public bool IsTrained(long token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, Tokens);
        return !HasMask || ((_file.Bytes + _format.MaskOffset)[token / 8] >> (int)(token % 8) & 1) != 0;
    }

    /// <summary>Compares the whole file with the checksum in its header. Reads every byte.</summary>
    /// <exception cref="InvalidDataException">The content was damaged.</exception>
    public void Verify()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (long offset = TokenFormat.HeaderBytes; offset < _format.FileBytes; offset += 1 << 24)
        {
            hash.AppendData(_file.Slice(offset, (int)Math.Min(1 << 24, _format.FileBytes - offset)));
        }

        if (BinaryPrimitives.ReadUInt128LittleEndian(hash.GetHashAndReset()) != _format.BodyHash)
        {
            throw new InvalidDataException($"{Path} is damaged: its content does not match the checksum at offset 40");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void ValidateEnds()
    {
        long previous = 0;
        ReadOnlySpan<long> ends = Ends;
        for (int i = 0; i < ends.Length; i++)
        {
            if (ends[i] <= previous || ends[i] - previous > int.MaxValue || ends[i] > Tokens)
            {
                throw new InvalidDataException(
                    $"{Path} ends document {i} at token {ends[i]} (offset {_format.EndsOffset + (8L * i)}) but must "
                    + $"end it after {previous} and not after {Tokens}");
            }

            previous = ends[i];
        }

        if (previous != Tokens)
        {
            throw new InvalidDataException($"{Path} ends its last document at token {previous} but has {Tokens}");
        }
    }
}
