namespace Puyu.Data.Formats;

/// <summary>zlib streams of known length. Their checksum is not looked at: Git's objects have a better one.</summary>
/// <remarks>Source: RFC 1950.</remarks>
internal static unsafe class ZlibData
{
    private const int HeaderBytes = 2;

    /// <summary>Decompresses.</summary>
    /// <param name="inflater">Does the work.</param>
    /// <param name="bytes">The stream.</param>
    /// <param name="available">Bytes that may belong to it.</param>
    /// <param name="size">Bytes that must come out.</param>
    /// <exception cref="InvalidDataException">The stream is damaged or of another size.</exception>
    public static byte[] Inflate(Inflater inflater, byte* bytes, long available, int size)
    {
        Begin(inflater, bytes, available);
        byte[] plain = new byte[size];
        int filled = 0;
        for (ReadOnlySpan<byte> read = inflater.Read(); !read.IsEmpty; read = inflater.Read())
        {
            if (read.Length > size - filled)
            {
                throw WrongSize(size);
            }

            read.CopyTo(plain.AsSpan(filled));
            filled += read.Length;
        }

        return filled == size ? plain : throw WrongSize(size);
    }

    /// <summary>Decompresses all there is.</summary>
    /// <param name="bytes">The stream.</param>
    /// <param name="maxBytes">Most bytes that may come out.</param>
    /// <exception cref="InvalidDataException">The stream is damaged or too large.</exception>
    public static byte[] Inflate(ReadOnlySpan<byte> bytes, int maxBytes)
    {
        var plain = new MemoryStream();
        var inflater = new Inflater();
        fixed (byte* first = bytes)
        {
            Begin(inflater, first, bytes.Length);
            for (ReadOnlySpan<byte> read = inflater.Read(); !read.IsEmpty; read = inflater.Read())
            {
                plain.Write(read);
                if (plain.Length > maxBytes)
                {
                    throw new InvalidDataException(FormattableString.Invariant(
                        $"the object has more than {maxBytes} bytes: raise maxRecordBytes to read it"));
                }
            }
        }

        return plain.ToArray();
    }

    private static void Begin(Inflater inflater, byte* bytes, long available)
    {
        if (available < HeaderBytes || (bytes[0] & 15) != 8 || (bytes[1] & 32) != 0
            || ((bytes[0] << 8) | bytes[1]) % 31 != 0)
        {
            throw new InvalidDataException("the compressed data has no zlib header");
        }

        inflater.Begin(bytes + HeaderBytes, available - HeaderBytes);
    }

    private static InvalidDataException WrongSize(int size) =>
        new(FormattableString.Invariant($"the compressed data is not of the {size} bytes that were announced"));
}
