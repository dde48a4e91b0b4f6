using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Puyu.Models.Quantized;

/// <summary>What the packed weights of a model are told apart by.</summary>
/// <remarks>
/// A hash of the options and, of each file, its name, length, time of the last write and pages spread over all of it.
/// Hashing every byte would take as long as packing; a file that was altered without its length, its time or one of
/// these pages changing is not noticed.
/// </remarks>
internal static class CacheKey
{
    /// <summary>Changes when packed weights do, in a way that their own header does not tell.</summary>
    private const int Version = 1;

    private const int PageBytes = 4096;
    private const int Pages = 64;

    /// <summary>The key.</summary>
    /// <param name="files">What the weights come from.</param>
    /// <param name="options">How they are rounded.</param>
    /// <returns>32 hexadecimal digits.</returns>
    public static string Of(IReadOnlyList<string> files, WeightsOptions options)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(hash, string.Create(
            CultureInfo.InvariantCulture, $"{Version} {options.Matrices} {options.Output} {files.Count}"));
        foreach (string file in files)
        {
            var info = new FileInfo(file);
            Append(hash, string.Create(
                CultureInfo.InvariantCulture, $"{info.Name}\0{info.Length}\0{info.LastWriteTimeUtc.Ticks}\0"));
            AppendPages(hash, file, info.Length);
        }

        return Convert.ToHexString(hash.GetHashAndReset())[..32];
    }

    private static void Append(IncrementalHash hash, string text) => hash.AppendData(Encoding.UTF8.GetBytes(text));

    private static void AppendPages(IncrementalHash hash, string path, long length)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        byte[] page = new byte[PageBytes];
        long last = Math.Max(0, length - PageBytes);
        for (int i = 0; i < Pages; i++)
        {
            int read = RandomAccess.Read(file, page, last * i / (Pages - 1));
            hash.AppendData(page.AsSpan(0, read));
        }
    }
}
