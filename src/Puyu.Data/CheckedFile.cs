using System.Buffers.Binary;
using System.Text;
using Puyu.Abstractions;

namespace Puyu.Data;

/// <summary>
/// Small binary files of trained models: eight letters that name format and version, the content, and a hash of both.
/// </summary>
internal static class CheckedFile
{
    private const int HashBytes = 16;

    /// <summary>Writes a file, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="signature">Eight ASCII letters, the last of them the version.</param>
    /// <param name="write">Writes the content; little-endian, as <see cref="BinaryWriter"/> does.</param>
    public static void Write(string path, string signature, Action<BinaryWriter> write)
    {
        byte[] content = ToArray(signature, write);
        AtomicFile.Write(path, stream => stream.Write(content));
    }

    /// <summary>The bytes that <see cref="Write"/> writes.</summary>
    public static byte[] ToArray(string signature, Action<BinaryWriter> write)
    {
        var content = new MemoryStream();
        using var writer = new BinaryWriter(content, Encoding.UTF8);
        writer.Write(Encoding.ASCII.GetBytes(signature));
        write(writer);
        writer.Flush();
        UInt128 hash = Hashing.Hash128(content.GetBuffer().AsSpan(0, (int)content.Length));
        Span<byte> trailer = stackalloc byte[HashBytes];
        BinaryPrimitives.WriteUInt128LittleEndian(trailer, hash);
        content.Write(trailer);
        return content.ToArray();
    }

    /// <summary>Reads a file that <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The file is of another format or version, cut or changed.</exception>
    public static T Read<T>(string path, string signature, Func<BinaryReader, T> read) =>
        Read(File.ReadAllBytes(path), path, signature, read);

    /// <summary>Reads the bytes of such a file.</summary>
    /// <param name="content">The bytes.</param>
    /// <param name="name">Of the file, for messages.</param>
    /// <param name="signature">What the file must begin with.</param>
    /// <param name="read">Reads the content.</param>
    /// <exception cref="InvalidDataException">The file is of another format or version, cut or changed.</exception>
    public static T Read<T>(byte[] content, string name, string signature, Func<BinaryReader, T> read)
    {
        byte[] expected = Encoding.ASCII.GetBytes(signature);
        if (content.Length < expected.Length + HashBytes || !content.AsSpan().StartsWith(expected))
        {
            throw new InvalidDataException(
                $"{name} does not begin with {signature}: it is another kind of file, or of another version");
        }

        int length = content.Length - HashBytes;
        UInt128 hash = BinaryPrimitives.ReadUInt128LittleEndian(content.AsSpan(length));
        if (hash != Hashing.Hash128(content.AsSpan(0, length)))
        {
            throw new InvalidDataException($"{name} does not match its checksum: copy it again, or train it again");
        }

        using var reader = new BinaryReader(
            new MemoryStream(content, expected.Length, length - expected.Length), Encoding.UTF8);
        return read(reader);
    }
}
