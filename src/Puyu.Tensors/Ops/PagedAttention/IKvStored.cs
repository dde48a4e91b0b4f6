using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>A storage format of a paged cache, for kernels that are written once for all formats and widths.</summary>
internal unsafe interface IKvStored
{
    /// <summary>Bytes of 16 elements.</summary>
    static abstract int GroupBytes { get; }

    /// <summary>Whether elements are codes, to be scaled.</summary>
    static abstract bool IsQuantized { get; }

    /// <summary>Reads elements of a group of 16, from a multiple of the width on; codes are not scaled.</summary>
    static abstract T Load<T>(byte* group, int offset)
        where T : struct, IFloatVector<T>;

    /// <summary>Reads one element, for rows that are not whole groups.</summary>
    static abstract float Read(byte* codes, long index);
}

/// <summary><see cref="KvFormat.F32"/>.</summary>
internal readonly unsafe struct KvSingles : IKvStored
{
    public static int GroupBytes => 64;

    public static bool IsQuantized => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* group, int offset)
        where T : struct, IFloatVector<T> => T.Load((float*)group + offset);

    public static float Read(byte* codes, long index) => ((float*)codes)[index];
}

/// <summary><see cref="KvFormat.BF16"/>.</summary>
internal readonly unsafe struct KvBFloat16s : IKvStored
{
    public static int GroupBytes => 32;

    public static bool IsQuantized => false;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* group, int offset)
        where T : struct, IFloatVector<T> => T.FromBFloat16((ushort*)group, offset);

    public static float Read(byte* codes, long index) => (float)((BFloat16*)codes)[index];
}

/// <summary><see cref="KvFormat.Int8"/>.</summary>
internal readonly unsafe struct KvBytes : IKvStored
{
    public static int GroupBytes => 16;

    public static bool IsQuantized => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* group, int offset)
        where T : struct, IFloatVector<T> => T.FromBytes(group, offset);

    public static float Read(byte* codes, long index) => codes[index];
}

/// <summary><see cref="KvFormat.Int4"/>.</summary>
internal readonly unsafe struct KvNibbles : IKvStored
{
    public static int GroupBytes => 8;

    public static bool IsQuantized => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Load<T>(byte* group, int offset)
        where T : struct, IFloatVector<T> => T.FromNibbles(group, offset);

    public static float Read(byte* codes, long index)
    {
        (long at, int shift) = KvBlockLayout.Nibble(index);
        return (codes[at] >> shift) & 0xF;
    }
}
