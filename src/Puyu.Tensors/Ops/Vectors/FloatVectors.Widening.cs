using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <remarks>
/// Widening loads read a part of a group of 16 elements: <c>offset</c> is a multiple of <see cref="Count"/> below 16.
/// They are exact. 16 lanes need AVX-512, 8 lanes AVX2.
/// </remarks>
internal unsafe partial interface IFloatVector<TSelf>
{
    /// <summary>Reads bfloat16 numbers.</summary>
    static abstract TSelf FromBFloat16(ushort* group, int offset);

    /// <summary>Reads bytes as numbers 0 to 255.</summary>
    static abstract TSelf FromBytes(byte* group, int offset);

    /// <summary>Reads four-bit codes as numbers 0 to 15: element i is at bits 32 (i mod 2) + 4 ⌊i / 2⌋.</summary>
    static abstract TSelf FromNibbles(byte* group, int offset);
}

internal readonly unsafe partial struct Float16Lanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes FromBFloat16(ushort* group, int offset) =>
        new((Avx512F.ConvertToVector512Int32(Vector256.Load(group + offset)) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes FromBytes(byte* group, int offset) =>
        new(Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(group + offset))));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float16Lanes FromNibbles(byte* group, int offset)
    {
        Vector512<int> words = Vector512.Create(*(long*)group).AsInt32();
        Vector512<int> codes = Avx512F.ShiftRightLogicalVariable(
            words, Vector512.Create(0u, 0, 4, 4, 8, 8, 12, 12, 16, 16, 20, 20, 24, 24, 28, 28));
        return new(Avx512F.ConvertToVector512Single(codes & Vector512.Create(0xF)));
    }
}

internal readonly unsafe partial struct Float8Lanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes FromBFloat16(ushort* group, int offset) =>
        new((Avx2.ConvertToVector256Int32(Vector128.Load(group + offset)) << 16).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes FromBytes(byte* group, int offset) =>
        new(Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(group + offset)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float8Lanes FromNibbles(byte* group, int offset)
    {
        Vector256<int> words = Vector256.Create(*(long*)group).AsInt32();
        Vector256<uint> shifts = Vector256.Create(0u, 0, 4, 4, 8, 8, 12, 12) + Vector256.Create(2u * (uint)offset);
        Vector256<int> codes = Avx2.ShiftRightLogicalVariable(words, shifts);
        return new(Avx.ConvertToVector256Single(codes & Vector256.Create(0xF)));
    }
}

internal readonly unsafe partial struct Float4Lanes
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes FromBFloat16(ushort* group, int offset)
    {
        Vector128<ushort> narrow = Vector128.CreateScalarUnsafe(*(ulong*)(group + offset)).AsUInt16();
        return new((Vector128.WidenLower(narrow) << 16).AsSingle());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes FromBytes(byte* group, int offset)
    {
        Vector128<ushort> half = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(uint*)(group + offset)).AsByte());
        return new(Vector128.ConvertToSingle(Vector128.WidenLower(half).AsInt32()));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4Lanes FromNibbles(byte* group, int offset)
    {
        uint even = *(uint*)group >> (2 * offset);
        uint odd = *(uint*)(group + 4) >> (2 * offset);
        Vector128<uint> codes = Vector128.Create(even, odd, even >> 4, odd >> 4) & Vector128.Create(0xFu);
        return new(Vector128.ConvertToSingle(codes.AsInt32()));
    }
}
