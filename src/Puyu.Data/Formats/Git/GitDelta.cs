using System.Globalization;

namespace Puyu.Data.Formats;

/// <summary>Applies the deltas of Git's packs.</summary>
/// <remarks>Source: gitformat-pack(5), "Deltified representation".</remarks>
internal static class GitDelta
{
    /// <summary>Makes an object from the one it was stored as a difference to.</summary>
    /// <param name="source">The other object.</param>
    /// <param name="delta">Sizes of both, then copies from the other and insertions.</param>
    /// <param name="maxBytes">Most bytes of the result.</param>
    /// <exception cref="InvalidDataException">The delta is damaged, or the result is too large.</exception>
    public static byte[] Apply(ReadOnlySpan<byte> source, ReadOnlySpan<byte> delta, int maxBytes)
    {
        long sourceBytes = Size(ref delta);
        long resultBytes = Size(ref delta);
        if (sourceBytes != source.Length || resultBytes > maxBytes)
        {
            throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture,
                $"a delta is from {sourceBytes} to {resultBytes} bytes "
                + $"but must be from {source.Length} to at most {maxBytes}"));
        }

        byte[] result = new byte[resultBytes];
        Span<byte> rest = result;
        while (!delta.IsEmpty)
        {
            byte code = delta[0];
            delta = delta[1..];
            ReadOnlySpan<byte> piece = (code & 0x80) != 0 ? Copied(source, code, ref delta) : Inserted(code, ref delta);
            if (piece.Length > rest.Length)
            {
                throw Damaged();
            }

            piece.CopyTo(rest);
            rest = rest[piece.Length..];
        }

        return rest.IsEmpty ? result : throw Damaged();
    }

    private static ReadOnlySpan<byte> Copied(ReadOnlySpan<byte> source, byte code, ref ReadOnlySpan<byte> delta)
    {
        uint offset = 0;
        int length = 0;
        for (int i = 0; i < 7; i++)
        {
            if ((code & (1 << i)) == 0)
            {
                continue;
            }

            if (delta.IsEmpty)
            {
                throw Damaged();
            }

            offset |= i < 4 ? (uint)delta[0] << (8 * i) : 0;
            length |= i < 4 ? 0 : delta[0] << (8 * (i - 4));
            delta = delta[1..];
        }

        length = length == 0 ? 0x10000 : length;
        return offset + (long)length <= source.Length ? source.Slice((int)offset, length) : throw Damaged();
    }

    private static ReadOnlySpan<byte> Inserted(byte length, ref ReadOnlySpan<byte> delta)
    {
        if (length == 0 || length > delta.Length)
        {
            throw Damaged();
        }

        ReadOnlySpan<byte> piece = delta[..length];
        delta = delta[length..];
        return piece;
    }

    private static long Size(ref ReadOnlySpan<byte> delta)
    {
        long size = 0;
        for (int shift = 0; shift < 63 && !delta.IsEmpty; shift += 7)
        {
            byte value = delta[0];
            delta = delta[1..];
            size |= (long)(value & 0x7F) << shift;
            if ((value & 0x80) == 0)
            {
                return size;
            }
        }

        throw Damaged();
    }

    private static InvalidDataException Damaged() => new("a delta is damaged");
}
