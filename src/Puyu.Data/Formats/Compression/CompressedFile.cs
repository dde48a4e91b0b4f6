using System.Buffers.Binary;

namespace Puyu.Data.Formats;

/// <summary>How a file is compressed.</summary>
internal enum CompressionKind
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>As gzip members.</summary>
    Gzip,

    /// <summary>As zstd frames.</summary>
    Zstd,
}

/// <summary>Tells how files are compressed.</summary>
internal static class CompressedFile
{
    private const uint GzipMagic = 0x088B1F;
    private const uint ZstdMagic = 0xFD2FB528;

    /// <summary>
    /// By the ending of the name, else by the first bytes, so that a file with a damaged beginning is not read as text.
    /// </summary>
    public static CompressionKind Kind(string path)
    {
        if (path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase))
        {
            return CompressionKind.Gzip;
        }

        if (path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase))
        {
            return CompressionKind.Zstd;
        }

        Span<byte> first = stackalloc byte[4];
        first.Clear();
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        RandomAccess.Read(file, first, 0);
        uint magic = BinaryPrimitives.ReadUInt32LittleEndian(first);
        return magic == ZstdMagic ? CompressionKind.Zstd
            : (magic & 0xFFFFFF) == GzipMagic ? CompressionKind.Gzip : CompressionKind.None;
    }

    /// <summary>A path without the ending that says how it is compressed.</summary>
    public static string WithoutEnding(string path) => Path.GetExtension(path).ToUpperInvariant() is ".GZ" or ".ZST"
        ? path[..^Path.GetExtension(path).Length] : path;
}
