using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantized;

/// <summary>The layouts "pack-quantized" and "int-quantized" of compressed-tensors.</summary>
/// <remarks>
/// <code>
///   weight_packed I32 [N, K / P], or weight I8 [N, K]     weight_scale [N, groups]     weight_shape [2]
///   weight_zero_point I32 [N / P, groups], or I8 [N, groups]; absent: 0
///   w[n, k] = (q − zero) scale        q and zero signed; in words they are 2^(bits − 1) more
/// </code>
/// Source: compressed-tensors, compressors/quantized_compressors/pack_quantized.py.
/// </remarks>
internal static class CompressedTensorsLayout
{
    /// <summary>Names of the tensors of a linear map; zero points and group index may be missing.</summary>
    public static readonly string[] Parts =
        ["weight", "weight_packed", "weight_scale", "weight_shape", "weight_zero_point", "weight_g_idx"];

    /// <summary>Reads a linear map.</summary>
    public static StoredWeight Read(LinearFiles files, Scope scope, Shape shape, QuantizationConfig config)
    {
        (int n, int k) = (shape[0], shape[1]);
        bool isPacked = files.Has("weight_packed");
        config = isPacked ? config : config with { Bits = 8 };
        bool isSymmetric = !files.Has("weight_zero_point");
        QuantScheme scheme = config.SchemeOf(k, isSymmetric);
        int groups = scheme.Groups(k);
        int middle = 1 << (config.Bits - 1);
        float[] scales = files.Numbers("weight_scale", [n, groups]);
        byte[] codes = isPacked ? Unpack(files, n, k, config.Bits) : Unsigned(files, "weight", shape);
        byte[]? zeros = isSymmetric ? null : Zeros(files, n, groups, config.Bits);
        float[] offsets = [.. scales.Select((scale, i) => -(zeros?[i] ?? middle) * scale)];
        var weights = new QuantizedWeights(n, k, scheme, codes, scales, offsets);
        return GroupOrder.Read("weight_g_idx", files, k, scheme.GroupSize) is { } order
            ? new StoredWeight(GroupOrder.Dequantize(scope, weights, order), Codes: null)
            : new StoredWeight(Floats: null, weights);
    }

    private static byte[] Unpack(LinearFiles files, int n, int k, int bits)
    {
        int perWord = 32 / bits;
        int words = (k + perWord - 1) / perWord;
        var packed = new PackedIntegers(files.Integers("weight_packed", [n, words]), bits);
        byte[] codes = new byte[checked(n * k)];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = packed.At((i / k * words) + (i % k / perWord), i % k % perWord);
        }

        return codes;
    }

    /// <summary>[N, groups]. Packed ones lie along the outputs.</summary>
    private static byte[] Zeros(LinearFiles files, int n, int groups, int bits)
    {
        if (!files.Has("weight_packed"))
        {
            return Unsigned(files, "weight_zero_point", [n, groups]);
        }

        int perWord = 32 / bits;
        Shape shape = [(n + perWord - 1) / perWord, groups];
        var packed = new PackedIntegers(files.Integers("weight_zero_point", shape), bits);
        byte[] zeros = new byte[n * groups];
        for (int i = 0; i < zeros.Length; i++)
        {
            (int row, int group) = (i / groups, i % groups);
            zeros[i] = packed.At((row / perWord * groups) + group, row % perWord);
        }

        return zeros;
    }

    private static byte[] Unsigned(LinearFiles files, string part, Shape shape)
    {
        ReadOnlySpan<sbyte> values = files.Bytes(part, shape);
        byte[] codes = new byte[values.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)(values[i] + 128);
        }

        return codes;
    }
}
