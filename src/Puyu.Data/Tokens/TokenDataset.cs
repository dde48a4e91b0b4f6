using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Puyu.Abstractions;

namespace Puyu.Data.Tokens;

/// <summary>
/// Tokenized documents in a memory-mapped .tokens file, or in all such files of a folder, one after the other in
/// ordinal order of their names. Reading is safe from several threads.
/// </summary>
public sealed class TokenDataset : IDisposable
{
    private readonly TokenFile[] _files;
    private readonly int[] _firstDocuments; // of each file, among all documents
    private readonly long[] _firstTokens; // of each file, among all tokens

    private TokenDataset(string path, TokenFile[] files)
    {
        Path = path;
        _files = files;
        _firstDocuments = new int[files.Length];
        _firstTokens = new long[files.Length];
        for (int i = 0; i < files.Length; i++)
        {
            if (files[i].VocabSize != VocabSize)
            {
                throw new InvalidDataException(
                    $"{files[i].Path} has a vocabulary of {files[i].VocabSize} but {files[0].Path} one of {VocabSize}");
            }

            HasMask |= files[i].HasMask;
            _firstDocuments[i] = Documents;
            _firstTokens[i] = Tokens;
            Documents = checked(Documents + files[i].Documents);
            Tokens += files[i].Tokens;
        }
    }

    /// <summary>Where the file or folder is.</summary>
    public string Path { get; }

    /// <summary>Every id is below this.</summary>
    public int VocabSize => _files[0].VocabSize;

    /// <summary>Number of tokens.</summary>
    public long Tokens { get; }

    /// <summary>Number of documents.</summary>
    public int Documents { get; }

    /// <summary>Whether some tokens may be context only; see <see cref="IsTrained"/>.</summary>
    public bool HasMask { get; }

    /// <summary>Tells this data set's content apart from another's.</summary>
    internal ulong Fingerprint => _files.Length == 1
        ? _files[0].Fingerprint
        : (ulong)Hashing.Hash128(MemoryMarshal.AsBytes<ulong>(_files.Select(file => file.Fingerprint).ToArray()));

    /// <summary>Writes a .tokens file, whole or not at all.</summary>
    /// <param name="path">Where the file shall be.</param>
    /// <param name="vocabSize">Every id is below this; up to 65,536 an id takes two bytes, else four.</param>
    /// <param name="write">Adds the documents.</param>
    /// <exception cref="ArgumentException">A document is empty or has an id out of range.</exception>
    /// <exception cref="InvalidDataException">No document was added.</exception>
    public static void Write(string path, int vocabSize, Action<TokenWriter> write)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(vocabSize);
        ArgumentNullException.ThrowIfNull(write);
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AtomicFile.Write(path, stream =>
        {
            var writer = new TokenWriter(stream, vocabSize, hash);
            write(writer);
            writer.Complete(path);
        });
    }

    /// <summary>
    /// Opens a .tokens file, or a folder of them, and checks headers, lengths and indexes; see also
    /// <see cref="Verify"/>.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is no such file, or no .tokens file in the folder.</exception>
    /// <exception cref="InvalidDataException">
    /// A file is not a .tokens file, is damaged, or has another vocabulary than the first.
    /// </exception>
    /// <exception cref="PlatformNotSupportedException">The processor is big-endian.</exception>
    public static TokenDataset Open(string path)
    {
        if (!BitConverter.IsLittleEndian)
        {
            throw new PlatformNotSupportedException(
                "the processor is big-endian but tokens are mapped as they are, little-endian");
        }

        string[] paths = Directory.Exists(path) ? Directory.GetFiles(path, "*.tokens") : [path];
        if (paths.Length == 0)
        {
            throw new FileNotFoundException($"{path} has no .tokens file but must have at least one");
        }

        Array.Sort(paths, StringComparer.Ordinal);
        var files = new List<TokenFile>();
        try
        {
            files.AddRange(paths.Select(TokenFile.Open));
            return new TokenDataset(path, [.. files]);
        }
        catch
        {
            files.ForEach(file => file.Dispose());
            throw;
        }
    }

    /// <summary>Position of a document's first token among all tokens.</summary>
    public long FirstToken(int document)
    {
        int file = FileOf(_firstDocuments, document);
        return _firstTokens[file] + _files[file].FirstToken(document - _firstDocuments[file]);
    }

    /// <summary>Number of tokens of a document; at least 1.</summary>
    public int Length(int document)
    {
        int file = FileOf(_firstDocuments, document);
        return _files[file].Length(document - _firstDocuments[file]);
    }

    /// <summary>Copies tokens out, by their position among all tokens.</summary>
    /// <param name="first">Position of the first one.</param>
    /// <param name="tokenIds">Overwritten with as many as fit.</param>
    /// <exception cref="InvalidDataException">An id is not below <see cref="VocabSize"/>.</exception>
    public void CopyTo(long first, Span<int> tokenIds)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first, Tokens - tokenIds.Length);
        while (!tokenIds.IsEmpty)
        {
            int file = FileOf(_firstTokens, first);
            long offset = first - _firstTokens[file];
            int count = (int)Math.Min(tokenIds.Length, _files[file].Tokens - offset);
            _files[file].CopyTo(offset, tokenIds[..count]);
            tokenIds = tokenIds[count..];
            first += count;
        }
    }

    /// <summary>Whether the model shall learn to predict a token.</summary>
    /// <param name="token">Position among all tokens.</param>
    public bool IsTrained(long token)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(token);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(token, Tokens);
        int file = FileOf(_firstTokens, token);
        return _files[file].IsTrained(token - _firstTokens[file]);
    }

    /// <summary>Compares all content with the checksums in the headers. Reads every byte.</summary>
    /// <exception cref="InvalidDataException">The content was damaged.</exception>
    public void Verify() => Array.ForEach(_files, file => file.Verify());

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_files, file => file.Dispose());

    /// <summary>Index of the file that has an item, given the first item of each.</summary>
    private static int FileOf<T>(T[] firsts, T item)
        where T : IComparable<T>
    {
        int file = Array.BinarySearch(firsts, item);
        return file < 0 ? ~file - 1 : file;
    }
}
