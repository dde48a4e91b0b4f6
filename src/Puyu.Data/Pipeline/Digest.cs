using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Puyu.Data.Pipeline;

/// <summary>Names contents by their hash, 128 bits. Not for security.</summary>
internal static class Digest
{
    private const int BlockBytes = 1 << 20;

    /// <summary>Of texts, as a list.</summary>
    public static string Of(params IEnumerable<string> texts)
    {
        using var buffer = new MemoryStream();
        foreach (string text in texts)
        {
            byte[] bytes = Encoding.UTF8.GetBytes(text);
            buffer.Write(BitConverter.GetBytes(bytes.Length));
            buffer.Write(bytes);
        }

        return Name(Hashing.Hash128(buffer.ToArray()));
    }

    /// <summary>Of the content of a file, or of all files in a folder with their names.</summary>
    public static string OfPath(string path) => Directory.Exists(path)
        ? Of(FilesIn(path).SelectMany(file => (string[])[file.Name, OfStretch(file.Path, 0, long.MaxValue)]))
        : OfStretch(path, 0, long.MaxValue);

    /// <summary>Of a stretch of a file: the hash of the hashes of its blocks of 1 MiB.</summary>
    public static string OfStretch(string path, long offset, long length)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        stream.Position = offset;
        byte[] block = new byte[BlockBytes];
        var hashes = new List<UInt128>();
        for (long rest = Math.Min(length, stream.Length - offset); rest > 0;)
        {
            int bytes = (int)Math.Min(rest, BlockBytes);
            stream.ReadExactly(block.AsSpan(0, bytes));
            hashes.Add(Hashing.Hash128(block.AsSpan(0, bytes)));
            rest -= bytes;
        }

        return Name(Hashing.Hash128(MemoryMarshal.AsBytes(CollectionsMarshal.AsSpan(hashes))));
    }

    /// <summary>
    /// What changes when a file or folder does, as far as the file system knows: lengths and times of change.
    /// </summary>
    public static string StampOf(string path)
    {
        IEnumerable<(string Name, string Path)> files = Directory.Exists(path) ? FilesIn(path) : [("", path)];
        return Of(files.Select(file =>
        {
            var info = new FileInfo(file.Path);
            return FormattableString.Invariant($"{file.Name} {info.Length} {info.LastWriteTimeUtc.Ticks}");
        }));
    }

    private static IEnumerable<(string Name, string Path)> FilesIn(string folder) =>
        Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Select(path => (Name: Path.GetRelativePath(folder, path).Replace('\\', '/'), Path: path))
            .OrderBy(file => file.Name, StringComparer.Ordinal);

    private static string Name(UInt128 hash)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, hash);
        return Convert.ToHexStringLower(bytes);
    }
}
