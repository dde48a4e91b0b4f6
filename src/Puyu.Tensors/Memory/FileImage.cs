using Microsoft.Win32.SafeHandles;

namespace Puyu.Tensors.Memory;

/// <summary>
/// The bytes of a file in native memory. Unlike a mapped file's they are in huge pages where the system has them, from
/// which a third more can be read a second.
/// </summary>
public sealed unsafe class FileImage : IDisposable
{
    private const int ChunkBytes = 8 << 20;

    private FileImage(long length)
    {
        Length = length;
        Address = NativeBlocks.Reserve(length);
    }

    /// <summary>The first byte, aligned to 64; 0 after <see cref="Dispose"/>.</summary>
    public nint Address { get; private set; }

    /// <summary>Bytes of the file.</summary>
    public long Length { get; }

    /// <summary>Reads a file, several parts at once.</summary>
    /// <exception cref="IOException">The file cannot be read, or became shorter meanwhile.</exception>
    public static FileImage Read(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        var image = new FileImage(RandomAccess.GetLength(file));
        try
        {
            int chunks = (int)((image.Length + ChunkBytes - 1) / ChunkBytes);
            if (!Parallel.For(0, chunks, (chunk, state) =>
                image.Read(file, (long)chunk * ChunkBytes, state)).IsCompleted)
            {
                throw new IOException($"'{path}' had {image.Length} bytes but became shorter while it was read");
            }

            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeBlocks.Release(Address);
        Address = 0;
    }

    private void Read(SafeFileHandle file, long first, ParallelLoopState state)
    {
        long end = Math.Min(Length, first + ChunkBytes);
        while (first < end)
        {
            int read = RandomAccess.Read(file, new Span<byte>((byte*)Address + first, (int)(end - first)), first);
            if (read == 0)
            {
                state.Stop();
                return;
            }

            first += read;
        }
    }
}
