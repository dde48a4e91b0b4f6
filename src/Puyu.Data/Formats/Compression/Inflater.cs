using System.Buffers.Binary;

namespace Puyu.Data.Formats;

/// <summary>
/// Decompresses DEFLATE from memory. Unlike the streams of .NET it says where a stream ends and notices when one is
/// cut, which splitting an archive at its members and reading Git's packs depend on.
/// </summary>
/// <remarks>
/// Source: RFC 1951. Output is handed out in stretches of a buffer whose first 32 KiB are what matches refer back to.
/// </remarks>
internal sealed unsafe class Inflater
{
    private const int WindowBytes = 1 << 15;
    private const int BufferBytes = 4 * WindowBytes;
    private const int MaxMatch = 258;
    private const int EndOfBlock = 256;
    private const int NoSymbol = HuffmanCode.NoSymbol;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly HuffmanCode _literals = new();
    private readonly HuffmanCode _distances = new();
    private readonly byte[] _lengths = new byte[320];
    private byte* _input;
    private long _length;
    private long _next;
    private ulong _bits;
    private int _bitCount;
    private int _filled;
    private bool _isLast;
    private bool _inCodes;
    private int _stored;
    private InvalidDataException? _problem;

    private static ReadOnlySpan<ushort> LengthBase =>
    [
        3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227,
        258,
    ];

    private static ReadOnlySpan<byte> LengthExtra =>
        [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];

    private static ReadOnlySpan<ushort> DistanceBase =>
    [
        1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
        6145,
        8193, 12289, 16385, 24577,
    ];

    private static ReadOnlySpan<byte> DistanceExtra =>
    [
        0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13,
    ];

    private static ReadOnlySpan<byte> LengthOrder => [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

    /// <summary>Bytes of the input that are used up; exact once <see cref="Read"/> gave nothing.</summary>
    public long Consumed => _next - (_bitCount >> 3);

    /// <summary>Begins a stream.</summary>
    /// <param name="input">Its first byte; must stay where it is until the stream is read.</param>
    /// <param name="length">Bytes that may belong to it.</param>
    public void Begin(byte* input, long length)
    {
        _input = input;
        _length = length;
        _next = 0;
        _bits = 0;
        _bitCount = 0;
        _filled = 0;
        _isLast = false;
        _inCodes = false;
        _stored = 0;
        _problem = null;
    }

    /// <summary>Decompresses a stretch.</summary>
    /// <returns>Valid until the next call; empty at the end of the stream.</returns>
    /// <exception cref="InvalidDataException">
    /// The stream is damaged or cut, and all that comes before the place where that shows has been given.
    /// </exception>
    public ReadOnlySpan<byte> Read()
    {
        if (_filled > WindowBytes)
        {
            _buffer.AsSpan(_filled - WindowBytes, WindowBytes).CopyTo(_buffer);
            _filled = WindowBytes;
        }

        int first = _filled;
        try
        {
            while (_problem is null && _filled <= BufferBytes - MaxMatch && Advance())
            {
            }
        }
        catch (InvalidDataException problem)
        {
            _problem = problem;
        }

        return _filled > first || _problem is null ? _buffer.AsSpan(first, _filled - first) : throw _problem;
    }

    /// <summary>Begins a block or goes on in it.</summary>
    /// <returns>False at the end of the stream.</returns>
    private bool Advance()
    {
        if (_stored > 0)
        {
            CopyStored();
        }
        else if (_inCodes)
        {
            Decode();
        }
        else if (_isLast)
        {
            return false;
        }
        else
        {
            BeginBlock();
        }

        return true;
    }

    private void BeginBlock()
    {
        _isLast = Take(1) == 1;
        switch (Take(2))
        {
            case 0:
                BeginStored();
                break;
            case 1:
                _lengths.AsSpan(0, 144).Fill(8);
                _lengths.AsSpan(144, 112).Fill(9);
                _lengths.AsSpan(256, 24).Fill(7);
                _lengths.AsSpan(280, 8).Fill(8);
                _literals.Build(_lengths.AsSpan(0, 288), single: false);
                _lengths.AsSpan(0, 32).Fill(5);
                _distances.Build(_lengths.AsSpan(0, 32), single: false);
                _inCodes = true;
                break;
            case 2:
                ReadCodes();
                _inCodes = true;
                break;
            default:
                throw new InvalidDataException("a DEFLATE block is of no known kind");
        }
    }

    private void BeginStored()
    {
        _next -= _bitCount >> 3;
        _bits = 0;
        _bitCount = 0;
        if (_length - _next < 4)
        {
            throw Cut();
        }

        uint sizes = BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(_input + _next, 4));
        if ((ushort)sizes != (ushort)~(sizes >> 16))
        {
            throw new InvalidDataException("the size of a stored DEFLATE block contradicts its complement");
        }

        _next += 4;
        _stored = (ushort)sizes;
    }

    private void CopyStored()
    {
        int count = Math.Min(_stored, BufferBytes - _filled);
        if (count > _length - _next)
        {
            throw Cut();
        }

        new ReadOnlySpan<byte>(_input + _next, count).CopyTo(_buffer.AsSpan(_filled));
        _next += count;
        _filled += count;
        _stored -= count;
    }

    private void ReadCodes()
    {
        int literals = Take(5) + 257;
        int distances = Take(5) + 1;
        int lengths = Take(4) + 4;
        if (literals > 286 || distances > 30)
        {
            throw new InvalidDataException("a DEFLATE block has too many symbols");
        }

        _lengths.AsSpan(0, 19).Clear();
        for (int i = 0; i < lengths; i++)
        {
            _lengths[LengthOrder[i]] = (byte)Take(3);
        }

        _literals.Build(_lengths.AsSpan(0, 19), single: false);
        ReadLengths(literals + distances);
        if (_lengths[EndOfBlock] == 0)
        {
            throw new InvalidDataException("a DEFLATE block has no symbol for its end");
        }

        _distances.Build(_lengths.AsSpan(literals, distances), single: true);
        _literals.Build(_lengths.AsSpan(0, literals), single: false);
    }

    private void ReadLengths(int count)
    {
        int index = 0;
        while (index < count)
        {
            int symbol = TakeSymbol(_literals);
            if (symbol < 16)
            {
                _lengths[index++] = (byte)symbol;
                continue;
            }

            byte length = symbol == 16 && index > 0 ? _lengths[index - 1] : (byte)0;
            int repeat = symbol == 18 ? 11 + Take(7) : 3 + Take(symbol == 16 ? 2 : 3);
            if (repeat > count - index || (symbol == 16 && index == 0))
            {
                throw new InvalidDataException("a DEFLATE block repeats code lengths that it does not have");
            }

            _lengths.AsSpan(index, repeat).Fill(length);
            index += repeat;
        }
    }

    /// <summary>Decodes symbols until the block ends or a match might not fit. The bits live in locals.</summary>
    private void Decode()
    {
        ulong bits = _bits;
        int bitCount = _bitCount;
        int filled = _filled;
        fixed (byte* buffer = _buffer)
        fixed (ushort* literals = _literals.Fast, distances = _distances.Fast)
        {
            while (_inCodes && filled <= BufferBytes - MaxMatch)
            {
                Refill(ref bits, ref bitCount);
                int symbol = Next(_literals, literals, ref bits, ref bitCount);
                if (symbol < EndOfBlock && bitCount >= 0)
                {
                    buffer[filled++] = (byte)symbol;
                    continue;
                }

                int length = 0;
                int distance = 0;
                if (symbol > EndOfBlock)
                {
                    length = Extended(symbol - EndOfBlock - 1, LengthBase, LengthExtra, ref bits, ref bitCount);
                    int code = Next(_distances, distances, ref bits, ref bitCount);
                    distance = Extended(code, DistanceBase, DistanceExtra, ref bits, ref bitCount);
                }

                if (distance > filled || bitCount < 0 || symbol == NoSymbol || length < 0 || distance < 0)
                {
                    _problem = bitCount < 0 ? Cut() : new InvalidDataException("the compressed data makes no sense");
                    break;
                }

                Copy(buffer + filled, distance, length);
                filled += length;
                _inCodes = symbol != EndOfBlock;
            }
        }

        _bits = bits;
        _bitCount = bitCount;
        _filled = filled;
    }

    private static int Next(HuffmanCode code, ushort* fast, ref ulong bits, ref int bitCount)
    {
        int entry = fast[bits & ((1 << HuffmanCode.FastBits) - 1)];
        int length = entry & 15;
        int symbol = entry == 0 ? code.Walk(bits, out length) : entry >> 4;
        bits >>= length;
        bitCount -= length;
        return symbol;
    }

    private static int Extended(
        int symbol, ReadOnlySpan<ushort> bases, ReadOnlySpan<byte> extra, ref ulong bits, ref int bitCount)
    {
        if ((uint)symbol >= (uint)bases.Length)
        {
            return NoSymbol;
        }

        int count = extra[symbol];
        int value = bases[symbol] + (int)(bits & ((1UL << count) - 1));
        bits >>= count;
        bitCount -= count;
        return value;
    }

    /// <summary>A match may reach into itself, and then repeats.</summary>
    private static void Copy(byte* to, int distance, int length)
    {
        byte* from = to - distance;
        if (distance >= length)
        {
            new ReadOnlySpan<byte>(from, length).CopyTo(new Span<byte>(to, length));
            return;
        }

        for (int i = 0; i < length; i++)
        {
            to[i] = from[i];
        }
    }

    /// <summary>
    /// At least 56 bits, or all there are. Bits above the count are either 0 or those that will be read again.
    /// </summary>
    private void Refill(ref ulong bits, ref int bitCount)
    {
        if (_length - _next >= 8)
        {
            bits |= *(ulong*)(_input + _next) << bitCount;
            _next += (63 - bitCount) >> 3;
            bitCount |= 56;
            return;
        }

        while (bitCount <= 55 && _next < _length)
        {
            bits |= (ulong)_input[_next++] << bitCount;
            bitCount += 8;
        }
    }

    private int Take(int count)
    {
        Refill(ref _bits, ref _bitCount);
        int value = (int)(_bits & ((1UL << count) - 1));
        _bits >>= count;
        _bitCount -= count;
        return _bitCount < 0 ? throw Cut() : value;
    }

    private int TakeSymbol(HuffmanCode code)
    {
        Refill(ref _bits, ref _bitCount);
        fixed (ushort* fast = code.Fast)
        {
            int symbol = Next(code, fast, ref _bits, ref _bitCount);
            return _bitCount < 0 ? throw Cut()
                : symbol >= 0 ? symbol : throw new InvalidDataException("the bits are of no Huffman code");
        }
    }

    private static InvalidDataException Cut() => new("the compressed data ends too early");
}
