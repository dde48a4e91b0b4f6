using System.Diagnostics;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>
/// Changes of storage type for arrays. Narrowing rounds to nearest, ties to even; widening is exact; subnormal numbers,
/// infinities and NaN are kept.
/// </summary>
/// <remarks>
/// Integer arithmetic on whole vectors, two vectors of 32-bit lanes for one of 16-bit lanes. A remainder is done by
/// doing the last full vector again, shifted back, so source and target must not overlap.
/// </remarks>
internal static unsafe class Conversions
{
    private const uint Infinity = 0x7F800000;

    /// <summary>Reads elements of any storage type as F32.</summary>
    /// <param name="dtype">Storage type of <paramref name="source"/>.</param>
    /// <param name="source">Elements to read; integers beyond 2²⁴ are rounded.</param>
    /// <param name="target">Overwritten.</param>
    /// <param name="count">Number of elements.</param>
    public static void ToSingle(DType dtype, void* source, float* target, int count)
    {
        var floats = new Span<float>(target, count);
        switch (dtype)
        {
            case DType.F32:
                new ReadOnlySpan<float>(source, count).CopyTo(floats);
                break;
            case DType.BF16:
                Widen((BFloat16*)source, target, count);
                break;
            case DType.F16:
                Widen((Half*)source, target, count);
                break;
            case DType.I32:
                TensorPrimitives.ConvertChecked(new ReadOnlySpan<int>(source, count), floats);
                break;
            case DType.I64:
                TensorPrimitives.ConvertChecked(new ReadOnlySpan<long>(source, count), floats);
                break;
            case DType.U8:
                TensorPrimitives.ConvertChecked(new ReadOnlySpan<byte>(source, count), floats);
                break;
            case DType.I8:
                TensorPrimitives.ConvertChecked(new ReadOnlySpan<sbyte>(source, count), floats);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Writes F32 elements as any storage type. To integers: truncated, and saturated at the limits.</summary>
    /// <param name="source">Elements to read.</param>
    /// <param name="dtype">Storage type of <paramref name="target"/>.</param>
    /// <param name="target">Overwritten.</param>
    /// <param name="count">Number of elements.</param>
    public static void FromSingle(float* source, DType dtype, void* target, int count)
    {
        var floats = new ReadOnlySpan<float>(source, count);
        switch (dtype)
        {
            case DType.F32:
                floats.CopyTo(new Span<float>(target, count));
                break;
            case DType.BF16:
                Narrow(source, (BFloat16*)target, count);
                break;
            case DType.F16:
                Narrow(source, (Half*)target, count);
                break;
            case DType.I32:
                TensorPrimitives.ConvertSaturating(floats, new Span<int>(target, count));
                break;
            case DType.I64:
                TensorPrimitives.ConvertSaturating(floats, new Span<long>(target, count));
                break;
            case DType.U8:
                TensorPrimitives.ConvertSaturating(floats, new Span<byte>(target, count));
                break;
            case DType.I8:
                TensorPrimitives.ConvertSaturating(floats, new Span<sbyte>(target, count));
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>BF16 to F32, exactly.</summary>
    public static void Widen(BFloat16* source, float* target, long count) =>
        WidenLoop<BFloat16Lanes>((ushort*)source, (uint*)target, count);

    /// <summary>F16 to F32, exactly.</summary>
    public static void Widen(Half* source, float* target, long count) =>
        WidenLoop<HalfLanes>((ushort*)source, (uint*)target, count);

    /// <summary>F32 to BF16.</summary>
    public static void Narrow(float* source, BFloat16* target, long count) =>
        NarrowLoop<BFloat16Lanes>((uint*)source, (ushort*)target, count);

    /// <summary>F32 to F16; from 65520 on infinity.</summary>
    public static void Narrow(float* source, Half* target, long count) =>
        NarrowLoop<HalfLanes>((uint*)source, (ushort*)target, count);

    private static void WidenLoop<TLanes>(ushort* source, uint* target, long count)
        where TLanes : ILanes
    {
        int lanes = Vector<uint>.Count;
        if (count < 2 * lanes)
        {
            ushort* wide = stackalloc ushort[2 * lanes];
            uint* widened = stackalloc uint[2 * lanes];
            new ReadOnlySpan<ushort>(source, (int)count).CopyTo(new Span<ushort>(wide, 2 * lanes));
            WidenLoop<TLanes>(wide, widened, 2 * lanes);
            new ReadOnlySpan<uint>(widened, (int)count).CopyTo(new Span<uint>(target, (int)count));
            return;
        }

        for (long i = 0; i < count; i += 2 * lanes)
        {
            i = Math.Min(i, count - (2 * lanes));
            Vector.Widen(Vector.Load(source + i), out Vector<uint> low, out Vector<uint> high);
            TLanes.Widen(low).Store(target + i);
            TLanes.Widen(high).Store(target + i + lanes);
        }
    }

    private static void NarrowLoop<TLanes>(uint* source, ushort* target, long count)
        where TLanes : ILanes
    {
        int lanes = Vector<uint>.Count;
        if (count < 2 * lanes)
        {
            uint* wide = stackalloc uint[2 * lanes];
            ushort* narrowed = stackalloc ushort[2 * lanes];
            new ReadOnlySpan<uint>(source, (int)count).CopyTo(new Span<uint>(wide, 2 * lanes));
            NarrowLoop<TLanes>(wide, narrowed, 2 * lanes);
            new ReadOnlySpan<ushort>(narrowed, (int)count).CopyTo(new Span<ushort>(target, (int)count));
            return;
        }

        for (long i = 0; i < count; i += 2 * lanes)
        {
            i = Math.Min(i, count - (2 * lanes));
            Vector<uint> low = TLanes.Narrow(Vector.Load(source + i));
            Vector<uint> high = TLanes.Narrow(Vector.Load(source + i + lanes));
            Vector.Narrow(low, high).Store(target + i);
        }
    }

    /// <summary>A 16-bit type in 32-bit lanes: its own bits in their low halves, or those of F32.</summary>
    private interface ILanes
    {
        static abstract Vector<uint> Widen(Vector<uint> narrow);

        static abstract Vector<uint> Narrow(Vector<uint> wide);
    }

    private readonly struct BFloat16Lanes : ILanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<uint> Widen(Vector<uint> narrow) => Vector.ShiftLeft(narrow, 16);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<uint> Narrow(Vector<uint> wide)
        {
            Vector<uint> upper = Vector.ShiftRightLogical(wide, 16);
            Vector<uint> rounded = Vector.ShiftRightLogical(
                wide + new Vector<uint>(0x7FFF) + (upper & Vector<uint>.One), 16);
            Vector<uint> isNaN = Vector.GreaterThan(wide & new Vector<uint>(0x7FFFFFFF), new Vector<uint>(Infinity));
            return Vector.ConditionalSelect(isNaN, upper | new Vector<uint>(0x40), rounded);
        }
    }

    private readonly struct HalfLanes : ILanes
    {
        /// <summary>2⁻¹⁴, the smallest normal F16, and 2¹⁶, beyond the largest, as bits of F32.</summary>
        private const uint SmallestNormal = 0x38800000;

        private const uint TooLarge = 0x47800000;

        /// <summary>½: the distance between F32 numbers around it is that between subnormal F16.</summary>
        private const uint OneHalf = 0x3F000000;

        // Moved into place, exponent and mantissa make a number 2¹¹² times too small, subnormal or not; the product
        // puts that right exactly. Infinity and NaN then lack the upper bits of their exponent.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<uint> Widen(Vector<uint> narrow)
        {
            Vector<uint> magnitude = Vector.ShiftLeft(narrow & new Vector<uint>(0x7FFF), 13);
            Vector<uint> sign = Vector.ShiftLeft(narrow & new Vector<uint>(0x8000), 16);
            Vector<uint> scaled = Vector.AsVectorUInt32(
                Vector.AsVectorSingle(magnitude) * new Vector<float>(5.192296858534828e33f));
            Vector<uint> isSpecial = Vector.GreaterThan(magnitude, new Vector<uint>(0x0F7FFFFF));
            return scaled | (isSpecial & new Vector<uint>(Infinity)) | sign;
        }

        // A normal number is re-biased and rounded in integers; a subnormal one is rounded by the addition of ½.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector<uint> Narrow(Vector<uint> wide)
        {
            Vector<uint> magnitude = wide & new Vector<uint>(0x7FFFFFFF);
            Vector<uint> sign = Vector.ShiftRightLogical(wide, 16) & new Vector<uint>(0x8000);

            Vector<uint> isOdd = Vector.ShiftRightLogical(magnitude, 13) & Vector<uint>.One;
            Vector<uint> rebiased = magnitude - new Vector<uint>(112u << 23) + new Vector<uint>(0xFFF) + isOdd;
            Vector<uint> normal = Vector.ShiftRightLogical(rebiased, 13);

            Vector<float> sum = Vector.AsVectorSingle(magnitude) + new Vector<float>(0.5f);
            Vector<uint> subnormal = Vector.AsVectorUInt32(sum) - new Vector<uint>(OneHalf);

            Vector<uint> payload = Vector.ShiftRightLogical(magnitude, 13) & new Vector<uint>(0x3FF);
            Vector<uint> isNaN = Vector.GreaterThan(magnitude, new Vector<uint>(Infinity));
            Vector<uint> special = new Vector<uint>(0x7C00) | (isNaN & (payload | new Vector<uint>(0x200)));

            Vector<uint> finite = Vector.ConditionalSelect(
                Vector.LessThan(magnitude, new Vector<uint>(SmallestNormal)), subnormal, normal);
            Vector<uint> isLarge = Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(TooLarge));
            return Vector.ConditionalSelect(isLarge, special, finite) | sign;
        }
    }
}
