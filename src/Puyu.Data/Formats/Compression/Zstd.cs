using System.Runtime.InteropServices;

namespace Puyu.Data.Formats;

/// <summary>The system's libzstd, where it is installed.</summary>
/// <remarks>Source: zstd.h 1.4, whose streaming interface is stable.</remarks>
internal static unsafe partial class Zstd
{
    private const string Library = "libzstd.so.1";

    private static readonly Lazy<bool> _isPresent =
        new(() => NativeLibrary.TryLoad(Library, typeof(Zstd).Assembly, null, out _));

    /// <summary>Whether the library can be loaded.</summary>
    public static bool IsPresent => _isPresent.Value;

    /// <exception cref="NotSupportedException">The library is absent.</exception>
    public static void Require(string path)
    {
        if (!IsPresent)
        {
            throw new NotSupportedException(
                $"{path} needs {Library}, which is not installed: install the package libzstd1");
        }
    }

    /// <summary>Whether a call failed, and why.</summary>
    public static string? Problem(nuint result) =>
        IsError(result) == 0 ? null : Marshal.PtrToStringUTF8(ErrorName(result)) ?? "unknown";

    [LibraryImport(Library, EntryPoint = "ZSTD_createDCtx")]
    public static partial nint CreateDecompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDCtx")]
    public static partial nuint FreeDecompressor(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    public static partial nuint Decompress(nint context, ref Buffer output, ref Buffer input);

    [LibraryImport(Library, EntryPoint = "ZSTD_createCCtx")]
    public static partial nint CreateCompressor();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeCCtx")]
    public static partial nuint FreeCompressor(nint context);

    /// <param name="context">Of <see cref="CreateCompressor"/>.</param>
    /// <param name="output">Written from its position.</param>
    /// <param name="input">Read from its position.</param>
    /// <param name="directive">0 to go on, 2 to end the frame.</param>
    [LibraryImport(Library, EntryPoint = "ZSTD_compressStream2")]
    public static partial nuint Compress(nint context, ref Buffer output, ref Buffer input, int directive);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    private static partial uint IsError(nuint result);

    [LibraryImport(Library, EntryPoint = "ZSTD_getErrorName")]
    private static partial nint ErrorName(nuint result);

    /// <summary>ZSTD_inBuffer and ZSTD_outBuffer.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Buffer
    {
        /// <summary>First byte.</summary>
        public byte* Bytes;

        /// <summary>Bytes in all.</summary>
        public nuint Length;

        /// <summary>Bytes that are done.</summary>
        public nuint Position;
    }
}
