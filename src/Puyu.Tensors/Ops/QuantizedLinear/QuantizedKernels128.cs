using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Puyu.Tensors;

/// <summary>4- and 8-bit codes with portable 128-bit vectors: four outputs at a time, one row.</summary>
/// <remarks>A lane holds the four codes of an output; each is taken out and multiplied in 32 bits.</remarks>
internal sealed unsafe class QuantizedKernels128(int bits) : QuantizedKernels
{
    private const int QuarterOutputs = 4;

    /// <inheritdoc/>
    public override string Name => "Vector128";

    /// <inheritdoc/>
    public override int PanelRows => 1;

    /// <inheritdoc/>
    public override void Run(in QuantizedTile tile, int rows)
    {
        for (int first = 0; first < 16; first += QuarterOutputs)
        {
            Quarter(tile, first).Store(tile.Y + first);
        }
    }

    private Vector128<float> Quarter(in QuantizedTile tile, int first)
    {
        int headBytes = tile.HasZeros ? StoredZeros.HeadBytes : MiddleZeros.HeadBytes;
        byte* codes = tile.Weights + (first * sizeof(int));
        ushort* scales = (ushort*)tile.Weights + first;
        sbyte* x = (sbyte*)tile.X;
        Vector128<int> nibbles = Vector128.Create(0x0F0F0F0F);
        Vector128<float> y = default;
        for (int group = 0; group < tile.Groups; group++)
        {
            bool isFirst = group % 2 == 0;
            scales = isFirst ? (ushort*)(codes - (first * sizeof(int))) + first : scales + QuantizedTile.Scales;
            codes += isFirst ? headBytes : 0;
            Vector128<int> sum = Vector128.Create(tile.HasZeros ? 0 : tile.Sums[group]);
            for (int vector = tile.Blocks * tile.Vectors; vector > 0; vector--)
            {
                Vector128<int> both = Vector128.Load((int*)codes);
                sum = bits == 4
                    ? Dot(Dot(sum, both & nibbles, x), (both >>> 4) & nibbles, x + 4)
                    : Dot(sum, both, x);
                x += bits == 4 ? 8 : 4;
                codes += 64;
            }

            Vector128<float> value = Vector128.ConvertToSingle(sum);
            if (tile.HasZeros)
            {
                Vector128<float> zero = Half(scales + QuantizedTile.PairScales, QuantizedTile.Rebias);
                value -= zero * Vector128.Create(((float*)tile.Sums)[group]);
            }

            Vector128<float> scale = Half(scales, tile.Multiplier);
            y += scale * Vector128.Create(tile.D[group]) * value;
        }

        return y;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<int> Dot(Vector128<int> sum, Vector128<int> codes, sbyte* x)
    {
        Vector128<int> code = Vector128.Create(255);
        sum += (codes & code) * Vector128.Create((int)x[0]);
        sum += ((codes >>> 8) & code) * Vector128.Create((int)x[1]);
        sum += ((codes >>> 16) & code) * Vector128.Create((int)x[2]);
        return sum + ((codes >>> 24) * Vector128.Create((int)x[3]));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<float> Half(ushort* source, float multiplier)
    {
        Vector128<short> four = Vector128.CreateScalarUnsafe(*(ulong*)source).AsInt16();
        Vector128<int> bits = Vector128.WidenLower(four) << 13;
        return (bits & Vector128.Create(QuantizedTile.HalfMask)).AsSingle() * Vector128.Create(multiplier);
    }
}
