using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Quantization;

namespace Puyu.Tensors;

/// <summary>256-bit VNNI for many rows of 4- or 8-bit codes.</summary>
/// <remarks>
/// <para>
/// VNNI, F32 multiplication and conversion all go to the same two ports of Intel's cores, so what else a group costs
/// there is taken elsewhere: nothing is unpacked, and a sum begins at the bits of <see cref="Bias"/>, so that they are
/// those of the F32 number Bias + sum, from which one subtraction, on another port, leaves the sum exactly.
/// </para>
/// <para>
/// Registers: a 32-bit sum for each row and half of the 16 outputs, twelve for six rows, two for codes, one for an
/// activation: what VEX reaches. Sums of groups, in F32, stand in memory. Nothing spills (DOTNET_JitDisasm=Run).
/// </para>
/// </remarks>
/// <param name="bits">Of a packed code, 4 or 8.</param>
internal sealed unsafe class QuantizedKernelsUnpacked256(int bits) : UnpackingKernels(bits, MaxRows)
{
    /// <summary>1.5 · 2²³: a neighbour of ±2²² that F32 counts in ones; a group reaches 128 · 255 · 127.</summary>
    private const float Bias = 12582912;

    private const int BiasBits = 0x4B400000;

    private const int MaxRows = 6;

    /// <inheritdoc/>
    public override string Name => "AvxVnni, unpacked";

    /// <inheritdoc/>
    public override int MinRows => 48;

    /// <inheritdoc/>
    public override int Origin => BiasBits;

    /// <inheritdoc/>
    public override void Run(in QuantizedTile tile, int rows)
    {
        if (tile.HasZeros)
        {
            Run<StoredZeros>(tile, rows);
        }
        else
        {
            Run<MiddleZeros>(tile, rows);
        }
    }

    private static void Run<TZeros>(in QuantizedTile tile, int rows)
        where TZeros : struct, IZeros
    {
        switch (rows)
        {
            case 1:
                Run<Rows1, TZeros>(tile);
                break;
            case 2:
                Run<Rows2, TZeros>(tile);
                break;
            case 3:
                Run<Rows3, TZeros>(tile);
                break;
            case 4:
                Run<Rows4, TZeros>(tile);
                break;
            case 5:
                Run<Rows5, TZeros>(tile);
                break;
            default:
                Run<Rows6, TZeros>(tile);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Run<TRows, TZeros>(in QuantizedTile tile)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros
    {
        float* y = (float*)tile.Weights;
        for (int row = 0; row < TRows.Count; row++)
        {
            Vector256<float>.Zero.Store(y + (row * Outputs));
            Vector256<float>.Zero.Store(y + (row * Outputs) + 8);
            Sse.Prefetch0(tile.Y + (row * tile.Ldy));
        }

        byte* codes = tile.Weights + (MaxRows * Outputs * sizeof(float));
        byte* x = tile.X;
        int* sums = tile.Sums;
        float* d = tile.D;
        int steps = tile.GroupSteps;
        for (int group = tile.Groups; group > 0; group--)
        {
            float* scales = (float*)codes;
            codes += (TZeros.Exist ? 2 : 1) * Outputs * sizeof(float);
            Vector256<int> a0 = First<TRows, TZeros>(0, sums), b0 = a0;
            Vector256<int> a1 = First<TRows, TZeros>(1, sums), b1 = a1;
            Vector256<int> a2 = First<TRows, TZeros>(2, sums), b2 = a2;
            Vector256<int> a3 = First<TRows, TZeros>(3, sums), b3 = a3;
            Vector256<int> a4 = First<TRows, TZeros>(4, sums), b4 = a4;
            Vector256<int> a5 = First<TRows, TZeros>(5, sums), b5 = a5;
            for (int step = steps; step > 0; step -= 2)
            {
                Sse.Prefetch0(x + PrefetchBytes);
                Sse.Prefetch0(codes + PrefetchBytes);
                Sse.Prefetch0(codes + PrefetchBytes + 64);
                Vector256<byte> a = Vector256.Load(codes);
                Vector256<byte> b = Vector256.Load(codes + Vector256<byte>.Count);
                Step<TRows>(0, ref a0, ref b0, a, b, x);
                Step<TRows>(1, ref a1, ref b1, a, b, x);
                Step<TRows>(2, ref a2, ref b2, a, b, x);
                Step<TRows>(3, ref a3, ref b3, a, b, x);
                Step<TRows>(4, ref a4, ref b4, a, b, x);
                Step<TRows>(5, ref a5, ref b5, a, b, x);
                a = Vector256.Load(codes + PackedLayout.VectorBytes);
                b = Vector256.Load(codes + PackedLayout.VectorBytes + Vector256<byte>.Count);
                x += TRows.Count * PackedLayout.StepInputs;
                Step<TRows>(0, ref a0, ref b0, a, b, x);
                Step<TRows>(1, ref a1, ref b1, a, b, x);
                Step<TRows>(2, ref a2, ref b2, a, b, x);
                Step<TRows>(3, ref a3, ref b3, a, b, x);
                Step<TRows>(4, ref a4, ref b4, a, b, x);
                Step<TRows>(5, ref a5, ref b5, a, b, x);
                codes += 2 * PackedLayout.VectorBytes;
                x += TRows.Count * PackedLayout.StepInputs;
            }

            Add<TRows, TZeros>(0, y, a0, b0, scales, d, sums);
            Add<TRows, TZeros>(1, y, a1, b1, scales, d, sums);
            Add<TRows, TZeros>(2, y, a2, b2, scales, d, sums);
            Add<TRows, TZeros>(3, y, a3, b3, scales, d, sums);
            Add<TRows, TZeros>(4, y, a4, b4, scales, d, sums);
            Add<TRows, TZeros>(5, y, a5, b5, scales, d, sums);
            sums += TRows.Count;
            d += TRows.Count;
        }

        for (int row = 0; row < TRows.Count; row++)
        {
            Vector256.Load(y + (row * Outputs)).Store(tile.Y + (row * tile.Ldy));
            Vector256.Load(y + (row * Outputs) + 8).Store(tile.Y + (row * tile.Ldy) + 8);
        }
    }

    /// <summary>The sum with which a group begins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> First<TRows, TZeros>(int row, int* sums)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros =>
        row >= TRows.Count ? default : Vector256.Create(TZeros.Exist ? BiasBits : sums[row]);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        int row, ref Vector256<int> a, ref Vector256<int> b, Vector256<byte> codesA, Vector256<byte> codesB, byte* x)
        where TRows : struct, IRowCount
    {
        if (row < TRows.Count)
        {
            Vector256<sbyte> activations = Vector256.Create(*(int*)(x + (row * sizeof(int)))).AsSByte();
            a = AvxVnni.MultiplyWideningAndAdd(a, codesA, activations);
            b = AvxVnni.MultiplyWideningAndAdd(b, codesB, activations);
        }
    }

    /// <summary>Adds a group of a row to its F32 sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TRows, TZeros>(
        int row, float* y, Vector256<int> a, Vector256<int> b, float* scales, float* d, int* sums)
        where TRows : struct, IRowCount
        where TZeros : struct, IZeros
    {
        if (row < TRows.Count)
        {
            Vector256<float> dOfRow = Avx.BroadcastScalarToVector256(d + row);
            Add<TZeros>(y + (row * Outputs), a, scales, dOfRow, (float*)sums + row);
            Add<TZeros>(y + (row * Outputs) + 8, b, scales + 8, dOfRow, (float*)sums + row);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add<TZeros>(float* y, Vector256<int> group, float* scales, Vector256<float> d, float* sum)
        where TZeros : struct, IZeros
    {
        Vector256<float> value = group.AsSingle() - Vector256.Create(Bias);
        if (TZeros.Exist)
        {
            Vector256<float> sumOfRow = Avx.BroadcastScalarToVector256(sum);
            value = Fma.MultiplyAddNegated(Vector256.Load(scales + Outputs), sumOfRow, value);
        }

        Fma.MultiplyAdd(Vector256.Load(scales) * d, value, Vector256.Load(y)).Store(y);
    }
}
