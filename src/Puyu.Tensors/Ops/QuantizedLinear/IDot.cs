using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>Four products of a code and an activation added to each 32-bit lane.</summary>
internal interface IDot
{
    static abstract Vector256<int> Add(Vector256<int> sum, Vector256<byte> codes, Vector256<sbyte> x);
}

/// <summary>Bits of a code, known to the JIT.</summary>
internal interface ICodeBits
{
    static abstract int Count { get; }
}

internal readonly struct FourBits : ICodeBits
{
    public static int Count => 4;
}

internal readonly struct EightBits : ICodeBits
{
    public static int Count => 8;
}

/// <summary>One instruction of VNNI; any codes.</summary>
internal readonly struct VnniDot : IDot
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> codes, Vector256<sbyte> x) =>
        AvxVnni.MultiplyWideningAndAdd(sum, codes, x);
}

/// <summary>AVX2; codes of at most 7 bits, whose pairs of products fit 16 bits.</summary>
internal readonly struct NibbleDot : IDot
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> codes, Vector256<sbyte> x) =>
        sum + Avx2.MultiplyAddAdjacent(Avx2.MultiplyAddAdjacent(codes, x), Vector256<short>.One);
}

/// <summary>AVX2; codes of 8 bits as 16 · high + low, since pairs of their products would saturate 16 bits.</summary>
internal readonly struct ByteDot : IDot
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> codes, Vector256<sbyte> x)
    {
        Vector256<byte> nibble = Vector256.Create((byte)15);
        Vector256<byte> high = (codes.AsUInt16() >>> 4).AsByte() & nibble;
        Vector256<short> lows = Avx2.MultiplyAddAdjacent(codes & nibble, x);
        Vector256<short> highs = Avx2.MultiplyAddAdjacent(high, x);
        sum += Avx2.MultiplyAddAdjacent(lows, Vector256<short>.One);
        return sum + Avx2.MultiplyAddAdjacent(highs, Vector256.Create((short)16));
    }
}
