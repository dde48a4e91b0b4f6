using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace Puyu.Data.Deduplication;

/// <summary>
/// Reads single records of summaries by location. They are read, not mapped, so that the memory in use stays what the
/// caller asked for.
/// </summary>
internal sealed class SummaryFiles(IReadOnlyList<string> paths) : IDisposable
{
    private const int OffsetBits = 40;
    private const int MaxOpen = 128;
    private const int GuessedBytes = 1024;

    private readonly Dictionary<int, SafeFileHandle> _open = [];

    /// <summary>The files.</summary>
    public IReadOnlyList<string> Paths => paths;

    /// <summary>Packs a file's index and an offset.</summary>
    public static ulong Location(int file, long offset) => ((ulong)file << OffsetBits) | (ulong)offset;

    /// <summary>Reads a record.</summary>
    /// <param name="location">From <see cref="Location"/>.</param>
    /// <param name="buffer">Holds it until the next call with the same buffer; grows as needed.</param>
    public SummaryRecord Read(ulong location, ref byte[] buffer)
    {
        SafeFileHandle file = Open((int)(location >> OffsetBits));
        long offset = (long)(location & ((1UL << OffsetBits) - 1));
        if (buffer.Length < GuessedBytes)
        {
            buffer = new byte[GuessedBytes];
        }

        int read = RandomAccess.Read(file, buffer.AsSpan(0, GuessedBytes), offset);
        int length = BinaryPrimitives.ReadInt32LittleEndian(buffer) + sizeof(int);
        if (buffer.Length < length)
        {
            Array.Resize(ref buffer, length);
        }

        while (read < length)
        {
            int more = RandomAccess.Read(file, buffer.AsSpan(read, length - read), offset + read);
            read += more > 0
                ? more
                : throw new InvalidDataException($"{paths[(int)(location >> OffsetBits)]} is cut short; rerun");
        }

        return new SummaryRecord(buffer.AsSpan(sizeof(int), length - sizeof(int)));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafeFileHandle file in _open.Values)
        {
            file.Dispose();
        }

        _open.Clear();
    }

    private SafeFileHandle Open(int file)
    {
        if (!_open.TryGetValue(file, out SafeFileHandle? handle))
        {
            if (_open.Count == MaxOpen)
            {
                Dispose();
            }

            handle = File.OpenHandle(paths[file], options: FileOptions.RandomAccess);
            _open.Add(file, handle);
        }

        return handle;
    }
}
