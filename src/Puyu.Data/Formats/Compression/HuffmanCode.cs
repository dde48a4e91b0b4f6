namespace Puyu.Data.Formats;

/// <summary>A canonical Huffman code of DEFLATE, for decoding.</summary>
/// <remarks>
/// Source: RFC 1951, § 3.2.2. Codes of up to <see cref="FastBits"/> bits are looked up, longer ones walked.
/// </remarks>
internal sealed class HuffmanCode
{
    /// <summary>Bits that index <see cref="Fast"/>.</summary>
    public const int FastBits = 10;

    /// <summary>What is decoded where no code begins with the bits.</summary>
    public const int NoSymbol = -1;

    private const int MaxBits = 15;

    private readonly ushort[] _count = new ushort[MaxBits + 1];
    private readonly ushort[] _symbols = new ushort[288];

    /// <summary>For the next bits, symbol · 16 + its bits; 0 where the code is longer or there is none.</summary>
    public ushort[] Fast { get; } = new ushort[1 << FastBits];

    /// <summary>Makes the code anew.</summary>
    /// <param name="lengths">Bits of each symbol's code, 0 for a symbol that does not occur.</param>
    /// <param name="single">
    /// Whether a code of at most one symbol may leave bits unused, as one of distances may.
    /// </param>
    /// <exception cref="InvalidDataException">The lengths are of no code.</exception>
    public void Build(ReadOnlySpan<byte> lengths, bool single)
    {
        Array.Clear(_count);
        Array.Clear(Fast);
        foreach (byte length in lengths)
        {
            _count[length]++;
        }

        int symbols = lengths.Length - _count[0];
        _count[0] = 0;
        int left = 1;
        Span<int> next = stackalloc int[MaxBits + 2];
        Span<int> code = stackalloc int[MaxBits + 2];
        next.Clear();
        code.Clear();
        for (int bits = 1; bits <= MaxBits; bits++)
        {
            left = (left << 1) - _count[bits];
            if (left < 0)
            {
                throw new InvalidDataException("a Huffman code has too many symbols");
            }

            next[bits + 1] = next[bits] + _count[bits];
            code[bits + 1] = (code[bits] + _count[bits]) << 1;
        }

        if (left > 0 && !(single && symbols <= 1))
        {
            throw new InvalidDataException("a Huffman code has too few symbols");
        }

        for (int symbol = 0; symbol < lengths.Length; symbol++)
        {
            int bits = lengths[symbol];
            if (bits > 0)
            {
                _symbols[next[bits]++] = (ushort)symbol;
                FillFast(code[bits]++, bits, symbol);
            }
        }
    }

    /// <summary>Decodes bit by bit what <see cref="Fast"/> does not hold.</summary>
    /// <param name="bits">At least 15 bits, the next one lowest.</param>
    /// <param name="length">Bits of the code.</param>
    /// <returns>The symbol, or <see cref="NoSymbol"/>.</returns>
    public int Walk(ulong bits, out int length)
    {
        int code = 0;
        int first = 0;
        int index = 0;
        for (length = 1; length <= MaxBits; length++)
        {
            code |= (int)(bits & 1);
            bits >>= 1;
            int count = _count[length];
            if (code - count < first)
            {
                return _symbols[index + code - first];
            }

            index += count;
            first = (first + count) << 1;
            code <<= 1;
        }

        length = MaxBits;
        return NoSymbol;
    }

    /// <summary>
    /// DEFLATE sends codes from their highest bit, so that the lowest bits of an index are the code mirrored.
    /// </summary>
    private void FillFast(int code, int bits, int symbol)
    {
        if (bits > FastBits)
        {
            return;
        }

        int mirrored = 0;
        for (int bit = 0; bit < bits; bit++)
        {
            mirrored = (mirrored << 1) | ((code >> bit) & 1);
        }

        for (int index = mirrored; index < Fast.Length; index += 1 << bits)
        {
            Fast[index] = (ushort)((symbol << 4) | bits);
        }
    }
}
