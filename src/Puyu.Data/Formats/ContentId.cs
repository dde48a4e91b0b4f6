using System.Buffers;
using System.Globalization;
using System.Text;

namespace Puyu.Data.Formats;

/// <summary>Names documents for their text.</summary>
internal static class ContentId
{
    /// <summary>
    /// 32 hexadecimal digits: a 128-bit hash of the text in UTF-8. The same text has the same id everywhere.
    /// </summary>
    public static string Of(string text)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
        int length = Encoding.UTF8.GetBytes(text, bytes);
        UInt128 hash = Hashing.Hash128(bytes.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(bytes);
        return hash.ToString("x32", CultureInfo.InvariantCulture);
    }
}
