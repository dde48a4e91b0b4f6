using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>Items of a fixed size in a file, as they are in memory (little-endian).</summary>
internal static class RunFile
{
    /// <summary>Writes items.</summary>
    public static void Write<T>(string path, IEnumerable<T> items, int bufferBytes)
        where T : unmanaged
    {
        using FileStream stream = Create(path);
        T[] buffer = new T[BufferItems<T>(bufferBytes)];
        int count = 0;
        foreach (T item in items)
        {
            if (count == buffer.Length)
            {
                stream.Write(MemoryMarshal.AsBytes(buffer.AsSpan()));
                count = 0;
            }

            buffer[count++] = item;
        }

        stream.Write(MemoryMarshal.AsBytes(buffer.AsSpan(0, count)));
    }

    /// <summary>Writes items.</summary>
    public static void Write<T>(string path, ReadOnlySpan<T> items)
        where T : unmanaged
    {
        using FileStream stream = Create(path);
        stream.Write(MemoryMarshal.AsBytes(items));
    }

    /// <summary>Streams items.</summary>
    public static IEnumerable<T> Read<T>(string path, int bufferBytes)
        where T : unmanaged
    {
        using var stream = new FileStream(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        T[] buffer = new T[BufferItems<T>(bufferBytes)];
        while (true)
        {
            int count = Fill(stream, buffer);
            for (int i = 0; i < count; i++)
            {
                yield return buffer[i];
            }

            if (count < buffer.Length)
            {
                yield break;
            }
        }
    }

    private static int Fill<T>(FileStream stream, T[] buffer)
        where T : unmanaged
    {
        Span<byte> bytes = MemoryMarshal.AsBytes(buffer.AsSpan());
        return stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) / (bytes.Length / buffer.Length);
    }

    private static FileStream Create(string path) => new(path, FileMode.Create, FileAccess.Write, FileShare.None, 0);

    private static unsafe int BufferItems<T>(int bytes)
        where T : unmanaged => Math.Max(1, bytes / sizeof(T));
}
