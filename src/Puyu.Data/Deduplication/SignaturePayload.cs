using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>
/// What a summary keeps of a document for <see cref="MinHashStage"/>: its signature, and after it for an exact
/// verification the set of its shingles, in ascending order, or a sample of them. Nothing of a document without words.
/// </summary>
internal readonly struct SignaturePayload(MinHashOptions options)
{
    private int SignatureBytes => options.Hashes * sizeof(uint);

    /// <summary>The payload of a document.</summary>
    /// <param name="signature">Its signature, without padding.</param>
    /// <param name="shingles">Its shingles; left in another order.</param>
    /// <param name="buffer">Holds the payload; grows as needed.</param>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<uint> signature, Span<ulong> shingles, ref byte[] buffer)
    {
        if (shingles.Length == 0)
        {
            return default;
        }

        int length = checked(SignatureBytes + BytesBehind(shingles.Length));
        if (buffer.Length < length)
        {
            buffer = new byte[checked(length + (length / 2))];
        }

        MemoryMarshal.AsBytes(signature).CopyTo(buffer);
        Span<byte> behind = buffer.AsSpan(SignatureBytes);
        switch (options.Verify)
        {
            case Verification.Exact:
                int count = Distinct(shingles);
                MemoryMarshal.AsBytes(shingles[..count]).CopyTo(behind);
                return buffer.AsSpan(0, SignatureBytes + (count * sizeof(ulong)));
            case Verification.Sample:
                int words = ShingleSample.Write(shingles, MemoryMarshal.Cast<byte, uint>(behind));
                return buffer.AsSpan(0, SignatureBytes + (words * sizeof(uint)));
            default:
                return buffer.AsSpan(0, SignatureBytes);
        }
    }

    /// <summary>The signature in a payload.</summary>
    public ReadOnlySpan<uint> Signature(ReadOnlySpan<byte> payload) =>
        MemoryMarshal.Cast<byte, uint>(payload[..SignatureBytes]);

    /// <summary>How similar two documents are, estimated or exactly.</summary>
    public double Similarity(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        const double StandardErrors = 4;
        if (options.Verify == Verification.Exact)
        {
            return Jaccard(
                MemoryMarshal.Cast<byte, ulong>(a[SignatureBytes..]),
                MemoryMarshal.Cast<byte, ulong>(b[SignatureBytes..]));
        }

        double estimate = MinHash.Similarity(Signature(a), Signature(b));
        double error = Math.Sqrt(options.Threshold * (1 - options.Threshold) / options.Hashes);
        bool isNear = Math.Abs(estimate - options.Threshold) <= StandardErrors * error;
        return options.Verify == Verification.Sample && isNear
            ? ShingleSample.Similarity(
                MemoryMarshal.Cast<byte, uint>(a[SignatureBytes..]),
                MemoryMarshal.Cast<byte, uint>(b[SignatureBytes..]))
            : estimate;
    }

    /// <summary>Most bytes behind the signature.</summary>
    private int BytesBehind(int shingles) => options.Verify switch
    {
        Verification.Exact => checked(shingles * sizeof(ulong)),
        Verification.Sample => checked((shingles + 1) * sizeof(uint)),
        _ => 0,
    };

    private static double Jaccard(ReadOnlySpan<ulong> a, ReadOnlySpan<ulong> b)
    {
        (int i, int j, int common) = (0, 0, 0);
        while (i < a.Length && j < b.Length)
        {
            (ulong x, ulong y) = (a[i], b[j]);
            common += x == y ? 1 : 0;
            i += x <= y ? 1 : 0;
            j += y <= x ? 1 : 0;
        }

        return (double)common / (a.Length + b.Length - common);
    }

    /// <summary>Sorts, and moves the distinct ones to the front.</summary>
    private static int Distinct(Span<ulong> shingles)
    {
        shingles.Sort();
        int count = 1;
        for (int i = 1; i < shingles.Length; i++)
        {
            if (shingles[i] != shingles[i - 1])
            {
                shingles[count++] = shingles[i];
            }
        }

        return count;
    }
}
