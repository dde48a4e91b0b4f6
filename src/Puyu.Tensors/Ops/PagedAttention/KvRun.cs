namespace Puyu.Tensors;

/// <summary>Consecutive positions of a head in one block.</summary>
/// <param name="head">First byte of the head in the block.</param>
/// <param name="layout">Where things are in a block.</param>
/// <param name="offset">First position in the block.</param>
/// <param name="count">Positions.</param>
internal readonly unsafe struct KvRun(byte* head, KvBlockLayout layout, int offset, int count)
{
    private const int Group = KvBlockLayout.Group;

    /// <summary>Where things are in a block.</summary>
    public KvBlockLayout Layout { get; } = layout;

    private ushort* KeyScales => (ushort*)(head + Layout.Parameters) + offset;

    private ushort* ValueScales => KeyScales + (2 * Layout.BlockSize);

    /// <summary>Reads keys as they lie, across: <c>target[e · 64 + position]</c>.</summary>
    /// <remarks>Whole groups: from the last position to the next multiple of 16 the target is undefined.</remarks>
    public void WidenKeys<T, TStored>(float* target)
        where T : struct, IFloatVector<T>
        where TStored : struct, IKvStored
    {
        long rowBytes = (long)Layout.BlockSize / Group * TStored.GroupBytes;
        for (int j = 0; j < count; j += Group)
        {
            for (int lane = 0; lane < Group; lane += T.Count)
            {
                byte* codes = head + ((offset + j) / Group * TStored.GroupBytes);
                T scale = TStored.IsQuantized ? T.FromBFloat16(KeyScales + j, lane) : default;
                T zero = TStored.IsQuantized ? T.FromBFloat16(KeyScales + Layout.BlockSize + j, lane) : default;
                for (int e = 0; e < Layout.HeadDim; e++)
                {
                    T x = TStored.Load<T>(codes, lane);
                    x = TStored.IsQuantized ? T.MultiplyAdd(x, scale, zero) : x;
                    x.Store(target + (e * AttentionTiles.Keys) + j + lane);
                    codes += rowBytes;
                }
            }
        }
    }

    /// <summary>Reads values: <c>target[position · E + e]</c>.</summary>
    public void WidenValues<T, TStored>(float* target)
        where T : struct, IFloatVector<T>
        where TStored : struct, IKvStored
    {
        byte* codes = head + Layout.Values + ((long)offset * Layout.HeadDim / Group * TStored.GroupBytes);
        for (int j = 0; j < count; j++)
        {
            T scale = TStored.IsQuantized ? T.Create(Single(ValueScales[j])) : default;
            T zero = TStored.IsQuantized ? T.Create(Single(ValueScales[Layout.BlockSize + j])) : default;
            for (int e = 0; e < Layout.HeadDim; e += Group)
            {
                for (int lane = 0; lane < Group; lane += T.Count)
                {
                    T x = TStored.Load<T>(codes, lane);
                    x = TStored.IsQuantized ? T.MultiplyAdd(x, scale, zero) : x;
                    x.Store(target + lane);
                }

                codes += TStored.GroupBytes;
                target += Group;
            }
        }
    }

    /// <summary>The same for rows that are not whole groups, which only formats without scales have.</summary>
    public void ReadKeys<TStored>(float* target)
        where TStored : struct, IKvStored
    {
        for (int e = 0; e < Layout.HeadDim; e++)
        {
            for (int j = 0; j < count; j++)
            {
                target[(e * AttentionTiles.Keys) + j] = TStored.Read(head, ((long)e * Layout.BlockSize) + offset + j);
            }
        }
    }

    /// <summary>The same for rows that are not whole groups; zeros from E to the stride.</summary>
    public void ReadValues<TStored>(float* target, int stride)
        where TStored : struct, IKvStored
    {
        byte* values = head + Layout.Values;
        for (int j = 0; j < count; j++)
        {
            for (int e = 0; e < stride; e++)
            {
                target[e] = e < Layout.HeadDim
                    ? TStored.Read(values, ((long)(offset + j) * Layout.HeadDim) + e)
                    : 0;
            }

            target += stride;
        }
    }

    private static float Single(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
