using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Puyu.Tensors.Quantization;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors;

/// <summary>
/// Rows of activations, rounded to 8 bits group by group and arranged for the kernels. Equations in
/// <see cref="QuantizedLinearReference.Round"/>, whose bits these are.
/// </summary>
/// <remarks>
/// Rows come in panels; the last may have fewer. A panel of W rows holds the activations [K / 4, W, 4], so that a step
/// of all rows is one stretch of memory; then d [groups, W], F32; then for each group and row what the zeros of the
/// weights need: origin − middle · Σ q as I32 where they are the middle code, else Σ q as F32.
/// </remarks>
internal unsafe struct QuantizedRows : IJob
{
    private const int Lanes = 16;
    private const int MaxGroup = 128;

    public float* X;
    public byte* Panels;
    public int Rows;
    public int PanelRows;
    public int Inputs;
    public int Group;
    public int Groups;

    /// <summary>The middle code, or 0 where weights have zeros of their own.</summary>
    public int Middle;

    /// <summary>Added to −middle · Σ q.</summary>
    public int Origin;

    /// <summary>Panels of all rows.</summary>
    public readonly int PanelCount => (Rows + PanelRows - 1) / PanelRows;

    /// <summary>Bytes of one row.</summary>
    public readonly long RowBytes => (Groups * Group) + (Groups * (sizeof(float) + sizeof(int)));

    /// <summary>Rows of a panel.</summary>
    public readonly int RowsOf(int panel) => Math.Min(PanelRows, Rows - (panel * PanelRows));

    /// <summary>Lets a tile read a panel.</summary>
    public readonly void Aim(ref QuantizedTile tile, int panel)
    {
        int rows = RowsOf(panel);
        tile.X = Panels + (panel * PanelRows * RowBytes);
        tile.D = (float*)(tile.X + ((long)Groups * Group * rows));
        tile.Sums = (int*)(tile.D + ((long)Groups * rows));
    }

    /// <summary>Rounds the rows of a panel.</summary>
    public readonly void Execute(int piece, int worker)
    {
        var target = default(QuantizedTile);
        Aim(ref target, piece);
        int width = RowsOf(piece);
        float* tail = stackalloc float[MaxGroup];
        for (int row = 0; row < width; row++)
        {
            float* x = X + (((long)piece * PanelRows + row) * Inputs);
            for (int group = 0; group < Groups; group++)
            {
                int first = group * Group;
                float* source = x + first;
                if (first + Group > Inputs)
                {
                    new Span<float>(tail, Group).Clear();
                    new ReadOnlySpan<float>(source, Inputs - first).CopyTo(new Span<float>(tail, Group));
                    source = tail;
                }

                byte* codes = target.X + ((((long)first * width) + (row * PackedLayout.StepInputs)));
                int at = (group * width) + row;
                target.D[at] = Round(source, codes, width, out int sum);
                target.Sums[at] = Middle == 0 ? BitConverter.SingleToInt32Bits(sum) : Origin - (Middle * sum);
            }
        }
    }

    private readonly float Round(float* x, byte* codes, int width, out int sum)
    {
        Vector512<float> most = default;
        for (int k = 0; k < Group; k += Lanes)
        {
            most = Vector512.Max(most, Vector512.Abs(Vector512.Load(x + k)));
        }

        float greatest = Greatest(most);
        float inverse = greatest < QuantizedLinearReference.Negligible
            ? 0
            : QuantizedLinearReference.MaxActivation / greatest;
        Vector512<int> sums = default;
        for (int k = 0; k < Group; k += Lanes)
        {
            Vector512<int> q = Vector512.ConvertToInt32Native(
                Vector512.Round(Vector512.Load(x + k) * Vector512.Create(inverse)));
            sums += q;
            Store(Narrow(q).AsInt32(), (int*)(codes + ((long)k * width)), width);
        }

        sum = Vector512.Sum(sums);
        return greatest / QuantizedLinearReference.MaxActivation;
    }

    private static float Greatest(Vector512<float> x)
    {
        Vector256<float> eight = Vector256.Max(x.GetLower(), x.GetUpper());
        Vector128<float> four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        return MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Narrow(Vector512<int> q)
    {
        if (Avx512F.IsSupported)
        {
            return Avx512F.ConvertToVector128SByte(q);
        }

        Vector256<short> words = Vector256.Narrow(q.GetLower(), q.GetUpper());
        return Vector128.Narrow(words.GetLower(), words.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(Vector128<int> steps, int* target, int width)
    {
        if (width == 1)
        {
            steps.Store(target);
            return;
        }

        target[0] = steps[0];
        target[width] = steps[1];
        target[2 * width] = steps[2];
        target[3 * width] = steps[3];
    }
}
