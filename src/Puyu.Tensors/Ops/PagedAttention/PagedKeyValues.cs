using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>Keys and values in the blocks of a cache.</summary>
internal readonly unsafe struct PagedKeyValues : IKeyValueRows
{
    private readonly nint _keys;
    private readonly nint _values;
    private readonly bool _isHalf;
    private readonly int _blockSize;
    private readonly int* _blockTables;
    private readonly int _tableWidth;
    private readonly int* _contextLengths;
    private readonly int _kvHeads;
    private readonly int _headDim;

    public PagedKeyValues(KvBlocks cache, PagedSequences sequences)
    {
        // A cache of zeros is cleared here, on one thread, rather than by whoever reads it first.
        _keys = (nint)cache.Keys.Pointer<byte>();
        _values = (nint)cache.Values.Pointer<byte>();
        _isHalf = cache.Keys.DType == DType.BF16;
        _blockSize = cache.BlockSize;
        _blockTables = sequences.BlockTables.Pointer<int>();
        _tableWidth = sequences.BlockTables.Shape[1];
        _contextLengths = sequences.ContextLengths.Pointer<int>();
        _kvHeads = cache.Keys.Shape[2];
        _headDim = cache.Keys.Shape[3];
    }

    public int FirstPosition(int sequence, int rows) => _contextLengths[sequence] - rows;

    public void Load(AttentionPiece piece, int first, int count, KeyValueTile target)
    {
        for (int j = 0; j < count; j++)
        {
            long element = Element(piece, first + j);
            if (_isHalf)
            {
                target.Set(j, (BFloat16*)_keys + element, (BFloat16*)_values + element, _headDim);
            }
            else
            {
                target.Set(j, (float*)_keys + element, (float*)_values + element, _headDim);
            }
        }

        target.Pad(count);
    }

    public void Prefetch(AttentionPiece piece, int first, int count)
    {
        const int CacheLine = 64;
        int elementBytes = _isHalf ? sizeof(ushort) : sizeof(float);
        for (int j = 0; j < count && Sse.IsSupported; j++)
        {
            long offset = Element(piece, first + j) * elementBytes;
            for (int line = 0; line < _headDim * elementBytes; line += CacheLine)
            {
                Sse.Prefetch1((byte*)_keys + offset + line);
                Sse.Prefetch1((byte*)_values + offset + line);
            }
        }
    }

    /// <summary>Writes the key and the value of a position.</summary>
    public void Store(AttentionPiece piece, int position, float* key, float* value)
    {
        long element = Element(piece, position);
        if (_isHalf)
        {
            Conversions.Narrow(key, (BFloat16*)_keys + element, _headDim);
            Conversions.Narrow(value, (BFloat16*)_values + element, _headDim);
        }
        else
        {
            new ReadOnlySpan<float>(key, _headDim).CopyTo(new Span<float>((float*)_keys + element, _headDim));
            new ReadOnlySpan<float>(value, _headDim).CopyTo(new Span<float>((float*)_values + element, _headDim));
        }
    }

    private long Element(AttentionPiece piece, int position)
    {
        (int entry, int offset) = Math.DivRem(position, _blockSize);
        long block = _blockTables[((long)piece.Sequence * _tableWidth) + entry];
        return ((((block * _blockSize) + offset) * _kvHeads) + piece.KvHead) * _headDim;
    }
}
