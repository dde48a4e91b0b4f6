using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Gguf;

/// <summary>Reads one block: the code of each weight, and scale and minimum of each group.</summary>
/// <param name="block">Its bytes.</param>
/// <param name="codes">One a weight, overwritten.</param>
/// <param name="scales">One a group, overwritten.</param>
/// <param name="minima">The weight of code 0, one a group, overwritten.</param>
internal delegate void BlockReader(
    ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima);

/// <summary>Rounds weights into one block.</summary>
/// <param name="weights">Those of the block.</param>
/// <param name="block">Its bytes, overwritten.</param>
internal delegate void BlockWriter(ReadOnlySpan<float> weights, Span<byte> block);

/// <summary>The layout of a <see cref="GgufType"/>: sizes of a block, and the way into it and out of it.</summary>
/// <remarks>
/// <code>
///   w = scale · (code − Zero)          where the format has a fixed zero
///   w = scale · code + minimum         elsewhere
/// </code>
/// With scales that have the 11 significant bits of their F16, or those times a scale of 6 or 8 bits, the products are
/// exact in F32, so the weights are those of every other reader to the bit.
/// </remarks>
/// <param name="Type">The number in files.</param>
/// <param name="Name">What the format calls it.</param>
/// <param name="Weights">Weights of a block.</param>
/// <param name="Bytes">Bytes of a block.</param>
internal sealed record BlockFormat(GgufType Type, string Name, int Weights, int Bytes)
{
    private const int MaxGroups = 16;

    private static readonly Dictionary<GgufType, BlockFormat> _formats = new BlockFormat[]
    {
        new(GgufType.F32, "F32", 1, 4),
        new(GgufType.F16, "F16", 1, 2),
        new(GgufType.BF16, "BF16", 1, 2),
        new(GgufType.Q40, "Q4_0", 32, 18)
        {
            GroupSize = 32, Bits = 4, Zero = 8, Read = SmallBlocks.ReadQ40, Write = SmallBlocks.WriteQ40,
        },
        new(GgufType.Q41, "Q4_1", 32, 20)
        {
            GroupSize = 32, Bits = 4, Read = SmallBlocks.ReadQ41, Write = SmallBlocks.WriteQ41,
        },
        new(GgufType.Q50, "Q5_0", 32, 22)
        {
            GroupSize = 32, Bits = 8, Zero = 16, Read = SmallBlocks.ReadQ50, Write = SmallBlocks.WriteQ50,
        },
        new(GgufType.Q80, "Q8_0", 32, 34)
        {
            GroupSize = 32, Bits = 8, Zero = 128, Read = SmallBlocks.ReadQ80, Write = SmallBlocks.WriteQ80,
        },
        new(GgufType.Q4K, "Q4_K", 256, 144)
        {
            GroupSize = 32, Bits = 4, Read = SuperBlocks.ReadQ4K, Write = SuperBlocks.WriteQ4K,
        },
        new(GgufType.Q5K, "Q5_K", 256, 176)
        {
            GroupSize = 32, Bits = 8, Read = SuperBlocks.ReadQ5K, Write = SuperBlocks.WriteQ5K,
        },
        new(GgufType.Q6K, "Q6_K", 256, 210)
        {
            GroupSize = 16, Bits = 8, Zero = 32, Read = SixBitBlocks.Read, Write = SixBitBlocks.Write,
        },
    }.ToDictionary(format => format.Type);

    /// <summary>Names of all formats, for messages.</summary>
    public static string Supported { get; } = string.Join(", ", _formats.Values.Select(format => format.Name));

    /// <summary>Weights that share a scale; 0 where the elements are real numbers.</summary>
    public int GroupSize { get; private init; }

    /// <summary>Bits of the codes once they are read, 4 or 8: codes of 5 and 6 bits take a byte each.</summary>
    public int Bits { get; private init; }

    /// <summary>The code of weight 0; null where each group has a minimum instead.</summary>
    public int? Zero { get; private init; }

    /// <summary>Whether the elements are codes.</summary>
    public bool HoldsCodes => GroupSize > 0;

    /// <summary>Storage type of the elements where they are real numbers.</summary>
    public DType FloatType => Type switch
    {
        GgufType.F16 => DType.F16,
        GgufType.BF16 => DType.BF16,
        _ => DType.F32,
    };

    private BlockReader? Read { get; init; }

    private BlockWriter? Write { get; init; }

    /// <summary>The format of a type.</summary>
    public static BlockFormat Of(GgufType type) => _formats[type];

    /// <summary>Finds a format by the number in a file.</summary>
    public static bool TryFind(uint type, out BlockFormat? format) => _formats.TryGetValue((GgufType)type, out format);

    /// <summary>Bytes of a number of weights, a multiple of <see cref="Weights"/>.</summary>
    public long BytesOf(long weights) => weights / Weights * Bytes;

    /// <summary>Writes the weights that blocks stand for.</summary>
    /// <param name="blocks">Whole blocks of codes.</param>
    /// <param name="weights">As many as the blocks have, overwritten.</param>
    public void Dequantize(ReadOnlySpan<byte> blocks, Span<float> weights)
    {
        Span<byte> codes = stackalloc byte[Weights];
        Span<float> scales = stackalloc float[MaxGroups];
        Span<float> minima = stackalloc float[MaxGroups];
        for (int first = 0; first < weights.Length; first += Weights)
        {
            Read!(blocks.Slice(first / Weights * Bytes, Bytes), codes, scales, minima);
            for (int i = 0; i < Weights; i++)
            {
                int group = i / GroupSize;
                weights[first + i] = Zero is { } zero
                    ? scales[group] * (codes[i] - zero)
                    : (scales[group] * codes[i]) + minima[group];
            }
        }
    }

    /// <summary>Reads blocks as the codes of a matrix.</summary>
    /// <param name="blocks">[outputs, inputs] in whole blocks.</param>
    /// <param name="outputs">Rows.</param>
    /// <param name="inputs">Columns, a multiple of <see cref="Weights"/>.</param>
    /// <param name="rowOf">Which row of the file a row of the matrix is; null for the same.</param>
    public unsafe QuantizedWeights ReadCodes(byte* blocks, int outputs, int inputs, int[]? rowOf)
    {
        var scheme = new QuantScheme { Bits = Bits, GroupSize = GroupSize, IsSymmetric = Zero is not null };
        int groups = scheme.Groups(inputs);
        var read = new QuantizedWeights(
            outputs, inputs, scheme, new byte[checked(outputs * inputs)], new float[outputs * groups],
            new float[outputs * groups]);
        int rowBytes = (int)BytesOf(inputs);
        Parallel.For(0, outputs, row =>
        {
            var bytes = new ReadOnlySpan<byte>(blocks + ((long)(rowOf?[row] ?? row) * rowBytes), rowBytes);
            ReadRow(
                bytes, read.Codes.AsSpan(row * inputs, inputs), read.Scales.AsSpan(row * groups, groups),
                read.Offsets.AsSpan(row * groups, groups));
        });
        return read;
    }

    /// <summary>Rounds weights into blocks.</summary>
    /// <param name="weights">A multiple of <see cref="Weights"/>.</param>
    /// <param name="blocks">Overwritten.</param>
    public void Round(ReadOnlySpan<float> weights, Span<byte> blocks)
    {
        for (int first = 0; first < weights.Length; first += Weights)
        {
            Write!(weights.Slice(first, Weights), blocks.Slice(first / Weights * Bytes, Bytes));
        }
    }

    /// <summary>A symmetric scheme has its zero in the middle of the codes: those of 5 and 6 bits move there.</summary>
    private void ReadRow(ReadOnlySpan<byte> bytes, Span<byte> codes, Span<float> scales, Span<float> offsets)
    {
        int groups = Weights / GroupSize;
        for (int block = 0; block < codes.Length / Weights; block++)
        {
            Read!(
                bytes.Slice(block * Bytes, Bytes), codes.Slice(block * Weights, Weights),
                scales.Slice(block * groups, groups), offsets.Slice(block * groups, groups));
        }

        int middle = 1 << (Bits - 1);
        if (Zero is not { } zero || zero == middle)
        {
            return;
        }

        for (int group = 0; group < scales.Length; group++)
        {
            offsets[group] = -middle * scales[group];
        }

        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)(codes[i] + middle - zero);
        }
    }
}
