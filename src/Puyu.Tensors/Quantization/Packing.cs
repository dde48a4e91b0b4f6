using System.Runtime.InteropServices;

namespace Puyu.Tensors.Quantization;

/// <summary>Carries weights between the order of their definition and that of <see cref="PackedLayout"/>.</summary>
internal static unsafe class Packing
{
    /// <summary>The greatest scale is brought to [2¹⁴, 2¹⁵), below the limit of F16.</summary>
    private const int TopExponent = 14;

    /// <summary>Where the unit may be: the kernels multiply it by 2¹¹².</summary>
    private const int MaxUnitExponent = 15;

    /// <summary>The layout that weights need.</summary>
    public static PackedLayout Plan(QuantizedWeights weights)
    {
        float greatest = 0;
        int middle = (weights.Scheme.MaxCode + 1) / 2;
        bool isSymmetric = true;
        for (int i = 0; i < weights.Scales.Length; i++)
        {
            (float scale, float zero) = ScaleAndZero(weights.Scales[i], weights.Offsets[i]);
            greatest = Math.Max(greatest, Math.Abs(scale));
            isSymmetric &= scale == 0 || zero == middle;
        }

        int exponent = greatest == 0 ? 0 : Math.Max(Math.ILogB(greatest) - TopExponent, -126);
        if (!float.IsFinite(greatest) || exponent > MaxUnitExponent)
        {
            throw new ArgumentException(
                $"a scale or offset of weights [{weights.Outputs}, {weights.Inputs}] is {greatest} "
                + $"but must be below 2^{TopExponent + MaxUnitExponent + 1}; the file is damaged", nameof(weights));
        }

        QuantScheme scheme = weights.Scheme with { IsSymmetric = isSymmetric };
        return new PackedLayout(weights.Outputs, weights.Inputs, scheme, MathF.ScaleB(1, exponent));
    }

    /// <summary>Fills the tiles.</summary>
    public static void Pack(QuantizedWeights weights, PackedMatrix packed) =>
        Parallel.For(0, packed.Layout.Tiles, tile => PackTile(weights, packed, tile));

    /// <summary>Reads the tiles.</summary>
    public static QuantizedWeights Unpack(PackedMatrix packed)
    {
        PackedLayout layout = packed.Layout;
        int groups = layout.Scheme.Groups(layout.Inputs);
        var weights = new QuantizedWeights(
            layout.Outputs, layout.Inputs, layout.Scheme, new byte[checked(layout.Outputs * layout.Inputs)],
            new float[layout.Outputs * groups], new float[layout.Outputs * groups]);
        Parallel.For(0, layout.Outputs, row =>
        {
            Span<byte> codes = weights.Codes.AsSpan(row * layout.Inputs, layout.Inputs);
            for (int part = 0; part < layout.Groups; part++)
            {
                int from = part * layout.Group;
                UnpackGroup(packed, layout, row, part, codes[from..Math.Min(from + layout.Group, codes.Length)]);
            }

            for (int group = 0; group < groups; group++)
            {
                int at = (row * groups) + group;
                int first = group * (layout.Scheme.GroupSize / layout.Group);
                (weights.Scales[at], float zero) = Affine(packed, row, first);
                weights.Offsets[at] = -zero * weights.Scales[at];
            }
        });
        return weights;
    }

    /// <summary>Writes the weights that one row of codes stands for.</summary>
    /// <param name="packed">Where they stand.</param>
    /// <param name="row">Below N.</param>
    /// <param name="target">[K], overwritten.</param>
    public static void DequantizeRow(PackedMatrix packed, int row, Span<float> target)
    {
        PackedLayout layout = packed.Layout;
        int width = layout.Group;
        Span<byte> codes = stackalloc byte[width];
        for (int group = 0; group * width < target.Length; group++)
        {
            int first = group * width;
            Span<byte> part = codes[..Math.Min(width, target.Length - first)];
            UnpackGroup(packed, layout, row, group, part);
            (float scale, float zero) = Affine(packed, row, group);
            for (int k = 0; k < part.Length; k++)
            {
                target[first + k] = scale * (part[k] - zero);
            }
        }
    }

    /// <summary>Reads the codes of one group of one row; the last group may be shorter.</summary>
    private static void UnpackGroup(PackedMatrix packed, PackedLayout layout, int row, int group, Span<byte> codes)
    {
        int bits = layout.Scheme.Bits;
        byte* source = packed.Tile(row / PackedLayout.TileOutputs)
            + layout.CodesAt(row % PackedLayout.TileOutputs, group);
        for (int k = 0; k < codes.Length; k++)
        {
            int at = PackedLayout.StepAt(k / PackedLayout.StepInputs, bits, out int shift);
            codes[k] = (byte)((source[at + (k % PackedLayout.StepInputs)] >> shift) & layout.Scheme.MaxCode);
        }
    }

    /// <summary>Scale and zero of a group of the layout.</summary>
    private static (float Scale, float Zero) Affine(PackedMatrix packed, int row, int group)
    {
        PackedLayout layout = packed.Layout;
        byte* scale = packed.Tile(row / PackedLayout.TileOutputs)
            + layout.ScaleAt(row % PackedLayout.TileOutputs, group);
        float zero = layout.Scheme.IsSymmetric
            ? (layout.Scheme.MaxCode + 1) / 2
            : (float)*(Half*)(scale + PackedLayout.ScaleBytes);
        return ((float)*(Half*)scale * layout.Unit, zero);
    }

    /// <summary>
    /// A group as scale and zero. Where the codes would not change the offset, as in a group of equal weights, the
    /// offset becomes the scale of a code 1 above zero.
    /// </summary>
    private static (float Scale, float Zero) ScaleAndZero(float scale, float offset) =>
        IsConstant(scale, offset) ? (offset, -1) : (scale, scale == 0 ? 0 : -offset / scale);

    /// <summary>Whether the offset is beyond what F16 can hold in units of the scale.</summary>
    private static bool IsConstant(float scale, float offset) => Math.Abs(offset) > 65504f * Math.Abs(scale);

    private static void PackTile(QuantizedWeights weights, PackedMatrix packed, int tile)
    {
        PackedLayout layout = packed.Layout;
        byte* target = packed.Tile(tile);
        new Span<byte>(target, (int)layout.TileBytes).Clear();
        int first = tile * PackedLayout.TileOutputs;
        int rows = Math.Min(PackedLayout.TileOutputs, weights.Outputs - first);
        for (int row = 0; row < rows; row++)
        {
            PackCodes(weights, first + row, layout, target);
            PackScales(weights, first + row, layout, target);
        }
    }

    private static void PackCodes(QuantizedWeights weights, int row, PackedLayout layout, byte* tile)
    {
        int groups = weights.Scheme.Groups(weights.Inputs);
        ReadOnlySpan<byte> codes = weights.Codes.AsSpan(row * weights.Inputs, weights.Inputs);
        int width = layout.Group;
        for (int group = 0; group * width < weights.Inputs; group++)
        {
            int at = (row * groups) + (group * width / weights.Scheme.GroupSize);
            if (!IsConstant(weights.Scales[at], weights.Offsets[at]))
            {
                ReadOnlySpan<byte> part = codes[(group * width)..Math.Min((group + 1) * width, codes.Length)];
                PackGroup(part, weights.Scheme.Bits, tile + layout.CodesAt(row % PackedLayout.TileOutputs, group));
            }
        }
    }

    /// <summary>Adds the codes of one group of one row to a tile, four at a time.</summary>
    private static void PackGroup(ReadOnlySpan<byte> codes, int bits, byte* target)
    {
        for (int step = 0; step * PackedLayout.StepInputs < codes.Length; step++)
        {
            ReadOnlySpan<byte> four = codes[(step * PackedLayout.StepInputs)..];
            uint word = four.Length >= sizeof(uint) ? MemoryMarshal.Read<uint>(four) : ReadShort(four);
            *(uint*)(target + PackedLayout.StepAt(step, bits, out int shift)) |= word << shift;
        }
    }

    private static uint ReadShort(ReadOnlySpan<byte> codes)
    {
        Span<byte> four = stackalloc byte[sizeof(uint)];
        four.Clear();
        codes.CopyTo(four);
        return MemoryMarshal.Read<uint>(four);
    }

    private static void PackScales(QuantizedWeights weights, int row, PackedLayout layout, byte* tile)
    {
        int groups = weights.Scheme.Groups(weights.Inputs);
        for (int group = 0; group < layout.Groups; group++)
        {
            int source = (row * groups) + (group * layout.Group / weights.Scheme.GroupSize);
            byte* target = tile + layout.ScaleAt(row % PackedLayout.TileOutputs, group);
            (float scale, float zero) = ScaleAndZero(weights.Scales[source], weights.Offsets[source]);
            *(Half*)target = (Half)(scale / layout.Unit);
            if (!layout.Scheme.IsSymmetric)
            {
                *(Half*)(target + PackedLayout.ScaleBytes) = (Half)zero;
            }
        }
    }
}
