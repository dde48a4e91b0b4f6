using System.Diagnostics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>Keys and values in the blocks of a cache.</summary>
internal readonly unsafe struct PagedKeyValues : IKeyValueRows
{
    private readonly byte* _data;
    private readonly int* _blockTables;
    private readonly int _tableWidth;
    private readonly int* _contextLengths;

    public PagedKeyValues(KvBlocks cache, PagedSequences sequences)
    {
        // A cache of zeros is cleared here, on one thread, rather than by whoever reads it first.
        _data = cache.Data.Pointer<byte>();
        Layout = cache.Layout;
        _blockTables = sequences.BlockTables.Pointer<int>();
        _tableWidth = sequences.BlockTables.Shape[1];
        _contextLengths = sequences.ContextLengths.Pointer<int>();
    }

    /// <summary>Where things are in a block.</summary>
    public KvBlockLayout Layout { get; }

    public bool HasKeysAcross => true;

    public int FirstPosition(int sequence, int rows) => _contextLengths[sequence] - rows;

    public void Load(AttentionPiece piece, int first, int count, KeyValueTile target)
    {
        int offset;
        for (int j = 0; j < count; j += Layout.BlockSize - offset)
        {
            byte* head = Head(piece.Sequence, piece.KvHead, first + j, out offset);
            var run = new KvRun(head, Layout, offset, Math.Min(count - j, Layout.BlockSize - offset));
            float* keys = (float*)target.Keys + j;
            float* values = (float*)target.Values + (j * target.Stride);
            Load(run, keys, values, target.Stride);
        }
    }

    /// <summary>Where the keys of a head begin in the block of a position.</summary>
    /// <param name="sequence">Number of the sequence.</param>
    /// <param name="kvHead">Key-value head.</param>
    /// <param name="position">Position in the sequence.</param>
    /// <param name="offset">Position in the block.</param>
    public byte* Head(int sequence, int kvHead, int position, out int offset)
    {
        (int entry, offset) = Math.DivRem(position, Layout.BlockSize);
        long block = _blockTables[((long)sequence * _tableWidth) + entry];
        return _data + (block * Layout.BlockBytes) + (kvHead * Layout.HeadBytes);
    }

    private static void Load(KvRun run, float* keys, float* values, int stride)
    {
        switch (run.Layout.Format)
        {
            case KvFormat.F32:
                Load<KvSingles>(run, keys, values, stride);
                break;
            case KvFormat.BF16:
                Load<KvBFloat16s>(run, keys, values, stride);
                break;
            case KvFormat.Int8:
                Load<KvBytes>(run, keys, values, stride);
                break;
            case KvFormat.Int4:
                Load<KvNibbles>(run, keys, values, stride);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void Load<TStored>(KvRun run, float* keys, float* values, int stride)
        where TStored : struct, IKvStored
    {
        if (!run.Layout.HasGroups)
        {
            run.ReadKeys<TStored>(keys);
            run.ReadValues<TStored>(values, stride);
        }
        else if (Avx512F.IsSupported)
        {
            run.WidenKeys<Float16Lanes, TStored>(keys);
            run.WidenValues<Float16Lanes, TStored>(values);
        }
        else if (Avx2.IsSupported)
        {
            run.WidenKeys<Float8Lanes, TStored>(keys);
            run.WidenValues<Float8Lanes, TStored>(values);
        }
        else
        {
            run.WidenKeys<Float4Lanes, TStored>(keys);
            run.WidenValues<Float4Lanes, TStored>(values);
        }
    }
}
