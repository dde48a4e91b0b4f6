using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>How elements of one storage type are read as float32, exactly.</summary>
internal unsafe interface IStored
{
    /// <summary>Bytes of one element.</summary>
    static abstract int Size { get; }

    /// <summary>Reads one element.</summary>
    static abstract float Load(byte* source);

    /// <summary>Reads four consecutive elements.</summary>
    static abstract Vector128<float> Load4(byte* source);

    /// <summary>Reads sixteen consecutive elements; needs AVX-512.</summary>
    static abstract Vector512<float> Load16(byte* source);
}

/// <summary>Reads <see cref="DType.F32"/>.</summary>
internal readonly unsafe struct StoredF32 : IStored
{
    public static int Size => sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => *(float*)source;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load4(byte* source) => Vector128.Load((float*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(byte* source) => Vector512.Load((float*)source);
}

/// <summary>Reads <see cref="DType.BF16"/>: the bits are the upper half of the float32.</summary>
internal readonly unsafe struct StoredBF16 : IStored
{
    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => BitConverter.UInt32BitsToSingle((uint)*(ushort*)source << 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load4(byte* source) =>
        (Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()) << 16).AsSingle();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(byte* source) =>
        (Avx512F.ConvertToVector512UInt32(Vector256.Load((ushort*)source)) << 16).AsSingle();
}

/// <summary>
/// Reads <see cref="DType.F16"/>: exponent and mantissa move to their places in a float32, and one multiplication by
/// 2¹¹² corrects the exponent's bias, subnormals included. Infinity and NaN have their exponent filled afterwards.
/// </summary>
internal readonly unsafe struct StoredF16 : IStored
{
    private const uint Sign = 0x8000;
    private const uint Magnitude = 0x7FFF;
    private const uint Exponent = 0x7F80_0000;
    private const int MantissaShift = 13;
    private const float Rebias = 5.192296858534828e33f;
    private const float Infinity = 65536;

    public static int Size => sizeof(ushort);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(byte* source) => Load4Bits(Vector128.CreateScalar((uint)*(ushort*)source)).ToScalar();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> Load4(byte* source) =>
        Load4Bits(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(ulong*)source).AsUInt16()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Load16(byte* source)
    {
        Vector512<uint> bits = Avx512F.ConvertToVector512UInt32(Vector256.Load((ushort*)source)).AsUInt32();
        Vector512<float> x =
            ((bits & Vector512.Create(Magnitude)) << MantissaShift).AsSingle() * Vector512.Create(Rebias);
        Vector512<uint> special =
            Vector512.GreaterThanOrEqual(x, Vector512.Create(Infinity)).AsUInt32() & Vector512.Create(Exponent);
        return (x.AsUInt32() | special | ((bits & Vector512.Create(Sign)) << 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Load4Bits(Vector128<uint> bits)
    {
        Vector128<float> x =
            ((bits & Vector128.Create(Magnitude)) << MantissaShift).AsSingle() * Vector128.Create(Rebias);
        Vector128<uint> special =
            Vector128.GreaterThanOrEqual(x, Vector128.Create(Infinity)).AsUInt32() & Vector128.Create(Exponent);
        return (x.AsUInt32() | special | ((bits & Vector128.Create(Sign)) << 16)).AsSingle();
    }
}
