using System.ComponentModel;
using System.Diagnostics;
using System.IO.Compression;

namespace Puyu.Cli.Quickstart;

/// <summary>General-purpose compressors as a yardstick for a language model.</summary>
internal static class Compressors
{
    /// <summary>Bits per byte of gzip at its best.</summary>
    public static double Gzip(byte[] text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            gzip.Write(text);
        }

        return 8.0 * compressed.Length / text.Length;
    }

    /// <summary>Bits per byte of <c>xz -9</c>; null where the program is not installed.</summary>
    public static double? Xz(byte[] text)
    {
        var start = new ProcessStartInfo("xz", ["-9", "--stdout"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        try
        {
            using Process process = Process.Start(start)!;
            using var compressed = new MemoryStream();
            Task reading = process.StandardOutput.BaseStream.CopyToAsync(compressed);
            process.StandardInput.BaseStream.Write(text);
            process.StandardInput.Close();
            reading.GetAwaiter().GetResult();
            process.WaitForExit();
            return process.ExitCode == 0 ? 8.0 * compressed.Length / text.Length : null;
        }
        catch (Win32Exception)
        {
            // The program is not there; the report then leaves the row out.
            return null;
        }
    }
}
