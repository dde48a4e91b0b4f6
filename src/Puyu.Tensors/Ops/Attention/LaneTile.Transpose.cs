using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

internal unsafe partial struct LaneTile
{
    /// <summary>Reads vectors of the lanes and writes them transposed and scaled: <c>target[e][lane]</c>.</summary>
    /// <param name="source">Elements that the offsets count from.</param>
    /// <param name="offsets">[Lanes].</param>
    /// <param name="length">Elements of a vector.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="target">[length, lanes], overwritten; padding lanes repeat the last vector.</param>
    public readonly void Transpose(float* source, nint* offsets, int length, float scale, float* target)
    {
        for (int lane = 0; lane < Lanes; lane += 16)
        {
            int first = Avx512F.IsSupported ? length & ~3 : 0;
            if (Avx512F.IsSupported)
            {
                Transpose16(source, offsets + lane, first, scale, target + lane);
            }

            for (int part = 0; part < 16; part += 4)
            {
                Transpose4(source, offsets + lane + part, first, length, scale, target + lane + part);
            }
        }
    }

    /// <summary>Writes <c>source[e][lane] · scale[lane]</c> to the vectors of the lanes.</summary>
    /// <param name="source">[length, lanes].</param>
    /// <param name="length">Elements of a vector.</param>
    /// <param name="scale">[Lanes].</param>
    /// <param name="target">Elements that the offsets count from.</param>
    /// <param name="offsets">[Count].</param>
    /// <param name="adds">Whether to add to the vectors rather than overwrite them.</param>
    public readonly void Scatter(float* source, int length, float* scale, float* target, nint* offsets, bool adds)
    {
        int lane = 0;
        int whole = length & ~3;
        if (Avx512F.IsSupported)
        {
            for (; lane <= Count - 16; lane += 16)
            {
                Scatter16(source + lane, whole, scale + lane, target, offsets + lane, adds);
                ScatterScalar(source, lane, lane + 16, whole, length, scale, target, offsets, adds);
            }
        }

        ScatterScalar(source, lane, Count, 0, length, scale, target, offsets, adds);
    }

    /// <summary>4 elements of 16 vectors at a time: quarters of a register hold every fourth vector.</summary>
    private static void Transpose16(float* source, nint* offsets, int length, float scale, float* target)
    {
        for (int e = 0; e < length; e += 4)
        {
            Vector512<float> r0 = Quarters(source + e, offsets) * scale;
            Vector512<float> r1 = Quarters(source + e, offsets + 1) * scale;
            Vector512<float> r2 = Quarters(source + e, offsets + 2) * scale;
            Vector512<float> r3 = Quarters(source + e, offsets + 3) * scale;
            TransposeQuarters(ref r0, ref r1, ref r2, ref r3);
            r0.Store(target + (e * AttentionTiles.Lanes));
            r1.Store(target + ((e + 1) * AttentionTiles.Lanes));
            r2.Store(target + ((e + 2) * AttentionTiles.Lanes));
            r3.Store(target + ((e + 3) * AttentionTiles.Lanes));
        }
    }

    private static void Transpose4(float* source, nint* offsets, int first, int length, float scale, float* target)
    {
        float* source0 = source + offsets[0];
        float* source1 = source + offsets[1];
        float* source2 = source + offsets[2];
        float* source3 = source + offsets[3];
        for (int e = first; e < length; e++)
        {
            Vector128<float> column = Vector128.Create(source0[e], source1[e], source2[e], source3[e]) * scale;
            column.Store(target + (e * AttentionTiles.Lanes));
        }
    }

    private static void Scatter16(float* source, int length, float* scale, float* target, nint* offsets, bool adds)
    {
        Vector512<float> factor = Vector512.Load(scale);
        for (int e = 0; e < length; e += 4)
        {
            Vector512<float> r0 = Vector512.Load(source + (e * AttentionTiles.Lanes)) * factor;
            Vector512<float> r1 = Vector512.Load(source + ((e + 1) * AttentionTiles.Lanes)) * factor;
            Vector512<float> r2 = Vector512.Load(source + ((e + 2) * AttentionTiles.Lanes)) * factor;
            Vector512<float> r3 = Vector512.Load(source + ((e + 3) * AttentionTiles.Lanes)) * factor;
            TransposeQuarters(ref r0, ref r1, ref r2, ref r3);
            StoreQuarters(r0, target + e, offsets, adds);
            StoreQuarters(r1, target + e, offsets + 1, adds);
            StoreQuarters(r2, target + e, offsets + 2, adds);
            StoreQuarters(r3, target + e, offsets + 3, adds);
        }
    }

    private static void ScatterScalar(
        float* source, int lane, int end, int first, int length, float* scale, float* target, nint* offsets, bool adds)
    {
        for (; lane < end; lane++)
        {
            float* vector = target + offsets[lane];
            float factor = scale[lane];
            for (int e = first; e < length; e++)
            {
                float value = source[(e * AttentionTiles.Lanes) + lane] * factor;
                vector[e] = adds ? vector[e] + value : value;
            }
        }
    }

    /// <summary>4 elements of vectors 0, 4, 8 and 12.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Quarters(float* source, nint* offsets) => Vector512.Create(
        Vector256.Create(Vector128.Load(source + offsets[0]), Vector128.Load(source + offsets[4])),
        Vector256.Create(Vector128.Load(source + offsets[8]), Vector128.Load(source + offsets[12])));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuarters(Vector512<float> value, float* target, nint* offsets, bool adds)
    {
        StoreQuarter(value.GetLower().GetLower(), target + offsets[0], adds);
        StoreQuarter(value.GetLower().GetUpper(), target + offsets[4], adds);
        StoreQuarter(value.GetUpper().GetLower(), target + offsets[8], adds);
        StoreQuarter(value.GetUpper().GetUpper(), target + offsets[12], adds);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreQuarter(Vector128<float> value, float* target, bool adds) =>
        (adds ? Vector128.Load(target) + value : value).Store(target);

    /// <summary>Transposes the 4 × 4 numbers in each quarter of four registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TransposeQuarters(
        ref Vector512<float> r0, ref Vector512<float> r1, ref Vector512<float> r2, ref Vector512<float> r3)
    {
        Vector512<double> low01 = Avx512F.UnpackLow(r0, r1).AsDouble();
        Vector512<double> low23 = Avx512F.UnpackLow(r2, r3).AsDouble();
        Vector512<double> high01 = Avx512F.UnpackHigh(r0, r1).AsDouble();
        Vector512<double> high23 = Avx512F.UnpackHigh(r2, r3).AsDouble();
        r0 = Avx512F.UnpackLow(low01, low23).AsSingle();
        r1 = Avx512F.UnpackHigh(low01, low23).AsSingle();
        r2 = Avx512F.UnpackLow(high01, high23).AsSingle();
        r3 = Avx512F.UnpackHigh(high01, high23).AsSingle();
    }
}
