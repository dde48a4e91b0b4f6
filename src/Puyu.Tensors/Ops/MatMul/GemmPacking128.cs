using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>Packing in 128-bit vectors, for every processor. Contracts in <see cref="GemmKernels"/>.</summary>
/// <remarks>
/// Along: 4 × 4 transposes. A width that is no multiple of 4 lets the last group of rows spill into the next step,
/// which the groups before it, packed later, overwrite. Rows beyond the matrix repeat its last row.
/// </remarks>
internal static unsafe class GemmPacking128
{
    private const int Lanes = 4;

    /// <inheritdoc cref="GemmKernels.PackAlong"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Along<TStored>(byte* source, long stride, int width, int valid, int k, float* panel)
        where TStored : struct, IStored
    {
        for (int group = (width - 1) / Lanes * Lanes; group >= 0; group -= Lanes)
        {
            byte* row0 = source + (Math.Min(group, valid - 1) * stride);
            byte* row1 = source + (Math.Min(group + 1, valid - 1) * stride);
            byte* row2 = source + (Math.Min(group + 2, valid - 1) * stride);
            byte* row3 = source + (Math.Min(group + 3, valid - 1) * stride);
            int step = 0;
            for (; step <= k - Lanes; step += Lanes)
            {
                long at = (long)step * TStored.Size;
                float* target = panel + ((long)step * width) + group;
                Transpose(
                    TStored.Load4(row0 + at), TStored.Load4(row1 + at), TStored.Load4(row2 + at),
                    TStored.Load4(row3 + at), target, width);
            }

            for (; step < k; step++)
            {
                long at = (long)step * TStored.Size;
                Vector128.Create(
                    TStored.Load(row0 + at), TStored.Load(row1 + at), TStored.Load(row2 + at), TStored.Load(row3 + at))
                    .Store(panel + ((long)step * width) + group);
            }
        }
    }

    /// <inheritdoc cref="GemmKernels.PackAcross"/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Across<TStored>(byte* source, long stride, int width, int valid, int k, float* panels)
        where TStored : struct, IStored
    {
        long panelFloats = GemmKernels.PanelFloats(width, k);
        int whole = valid / width;
        for (int step = 0; step < k; step++)
        {
            byte* from = source + (step * stride);
            float* target = panels + ((long)step * width);
            for (int panel = 0; panel < whole; panel++)
            {
                for (int lane = 0; lane < width - Lanes; lane += Lanes)
                {
                    TStored.Load4(from + ((long)lane * TStored.Size)).Store(target + lane);
                }

                // The last four lanes may overlap the ones before.
                TStored.Load4(from + ((long)(width - Lanes) * TStored.Size)).Store(target + width - Lanes);
                from += (long)width * TStored.Size;
                target += panelFloats;
            }
        }

        int rest = valid - (whole * width);
        if (rest > 0)
        {
            AcrossRest<TStored>(
                source + ((long)whole * width * TStored.Size), stride, width, rest, k, panels + (whole * panelFloats));
        }
    }

    /// <summary>Packs a panel of which only <paramref name="valid"/> columns exist.</summary>
    public static void AcrossRest<TStored>(byte* source, long stride, int width, int valid, int k, float* panel)
        where TStored : struct, IStored
    {
        for (int step = 0; step < k; step++)
        {
            byte* from = source + (step * stride);
            int lane = 0;
            for (; lane <= valid - Lanes; lane += Lanes)
            {
                TStored.Load4(from + ((long)lane * TStored.Size)).Store(panel + lane);
            }

            for (; lane < valid; lane++)
            {
                panel[lane] = TStored.Load(from + ((long)lane * TStored.Size));
            }

            for (; lane < width; lane++)
            {
                panel[lane] = 0;
            }

            panel += width;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transpose(
        Vector128<float> r0, Vector128<float> r1, Vector128<float> r2, Vector128<float> r3, float* target, int width)
    {
        Vector128<float> a = ZipLower(r0, r2);
        Vector128<float> b = ZipUpper(r0, r2);
        Vector128<float> c = ZipLower(r1, r3);
        Vector128<float> d = ZipUpper(r1, r3);
        ZipLower(a, c).Store(target);
        ZipUpper(a, c).Store(target + width);
        ZipLower(b, d).Store(target + (2L * width));
        ZipUpper(b, d).Store(target + (3L * width));
    }

    /// <summary>Interleaves the lower halves: (a₀, b₀, a₁, b₁).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipLower(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported)
        {
            return Sse.UnpackLow(a, b);
        }

        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipLow(a, b) : Vector128.Create(a[0], b[0], a[1], b[1]);
    }

    /// <summary>Interleaves the upper halves: (a₂, b₂, a₃, b₃).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> ZipUpper(Vector128<float> a, Vector128<float> b)
    {
        if (Sse.IsSupported)
        {
            return Sse.UnpackHigh(a, b);
        }

        return AdvSimd.Arm64.IsSupported ? AdvSimd.Arm64.ZipHigh(a, b) : Vector128.Create(a[2], b[2], a[3], b[3]);
    }
}
