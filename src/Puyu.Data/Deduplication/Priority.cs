using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace Puyu.Data.Deduplication;

/// <summary>How much a document deserves to stay, in 32 bytes that compare as a number: less is better.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct Priority(ulong A, ulong B, ulong C, ulong D) : IComparable<Priority>
{
    public const int Bytes = 32;

    /// <summary>What is worse than anything.</summary>
    private static readonly Priority _last = new(ulong.MaxValue, ulong.MaxValue, ulong.MaxValue, ulong.MaxValue);

    /// <summary>
    /// The priority of a document. For <see cref="SurvivorPolicy.First"/> all are equal, since the order of files is
    /// only known when all have been seen: see <see cref="InOrder"/>.
    /// </summary>
    public static Priority Of(Document document, DuplicateOptions options) => options.Survivor switch
    {
        SurvivorPolicy.Newest => document.Metadata.TryGetValue(options.Looked, out string? date)
            ? OfDate(date)
            : _last,
        SurvivorPolicy.Longest => new(~(ulong)document.Text.Length, 0, 0, 0),
        SurvivorPolicy.Best => OfScore(document, options.Looked),
        _ => default,
    };

    /// <summary>The priority of what stands earlier in the corpus.</summary>
    public static Priority InOrder(int file, DocumentSource source) =>
        new((ulong)file, (ulong)source.Offset, (ulong)source.Index, 0);

    public static Priority Read(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<Priority>(bytes);

    public void Write(Span<byte> bytes) => MemoryMarshal.Write(bytes, this);

    public int CompareTo(Priority other)
    {
        int order = A.CompareTo(other.A);
        order = order != 0 ? order : B.CompareTo(other.B);
        order = order != 0 ? order : C.CompareTo(other.C);
        return order != 0 ? order : D.CompareTo(other.D);
    }

    /// <summary>The first 32 bytes of a date, inverted.</summary>
    private static Priority OfDate(string date)
    {
        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (date.Contains('T', StringComparison.Ordinal)
            && DateTimeOffset.TryParse(date, CultureInfo.InvariantCulture, Utc, out DateTimeOffset time))
        {
            date = time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture);
        }

        Span<byte> bytes = stackalloc byte[Bytes];
        bytes.Clear();
        Encoding.UTF8.GetEncoder().Convert(date, bytes, flush: false, out _, out _, out _);
        return new(~At(bytes, 0), ~At(bytes, 8), ~At(bytes, 16), ~At(bytes, 24));

        static ulong At(Span<byte> bytes, int start) => BinaryPrimitives.ReadUInt64BigEndian(bytes[start..]);
    }

    private static Priority OfScore(Document document, string name)
    {
        foreach (Score score in document.Scores)
        {
            if (score.Name == name && !float.IsNaN(score.Value))
            {
                uint bits = BitConverter.SingleToUInt32Bits(score.Value);
                uint ascending = (bits & 0x80000000) == 0 ? bits | 0x80000000 : ~bits;
                return new(score.HigherIsBetter ? ~ascending : ascending, 0, 0, 0);
            }
        }

        return _last;
    }
}
