using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantized;

/// <summary>GPTQ's layout, of 4 or 8 bits.</summary>
/// <remarks>
/// <code>
///   qweight I32 [K / P, N]     qzeros I32 [groups, N / P]     scales [groups, N]     g_idx I32 [K]
///   w[n, k] = (q − zero) scale        P = 32 / bits integers a word, the first in the lowest bits
/// </code>
/// The first format stores zeros less one. Source: AutoGPTQ, auto_gptq/nn_modules/qlinear.
/// </remarks>
internal static class GptqLayout
{
    /// <summary>Names of the tensors of a linear map; the last may be missing.</summary>
    public static readonly string[] Parts = ["qweight", "qzeros", "scales", "g_idx"];

    /// <summary>Reads a linear map.</summary>
    public static StoredWeight Read(LinearFiles files, Scope scope, Shape shape, QuantizationConfig config)
    {
        (int n, int k) = (shape[0], shape[1]);
        int perWord = 32 / config.Bits;
        int groups = config.SchemeOf(k, isSymmetric: false).Groups(k);
        int[] words = files.Integers("qweight", [k / perWord, n]);
        int[] zeroWords = files.Integers("qzeros", [groups, n / perWord]);
        float[] scales = files.Numbers("scales", [groups, n]);
        int[] zeros = Zeros(zeroWords, groups, n, config);
        int middle = 1 << (config.Bits - 1);
        var weights = new QuantizedWeights(
            n, k, config.SchemeOf(k, isSymmetric: Array.TrueForAll(zeros, zero => zero == middle)),
            new byte[checked(n * k)], new float[n * groups], new float[n * groups]);
        Parallel.For(0, n, row =>
        {
            var packed = new PackedIntegers(words, config.Bits);
            for (int input = 0; input < k; input++)
            {
                weights.Codes[(row * k) + input] = packed.At((input / perWord * n) + row, input % perWord);
            }

            for (int group = 0; group < groups; group++)
            {
                float scale = scales[(group * n) + row];
                weights.Scales[(row * groups) + group] = scale;
                weights.Offsets[(row * groups) + group] = -zeros[(group * n) + row] * scale;
            }
        });
        return GroupOrder.Read("g_idx", files, k, weights.Scheme.GroupSize) is { } order
            ? new StoredWeight(GroupOrder.Dequantize(scope, weights, order), Codes: null)
            : new StoredWeight(Floats: null, weights);
    }

    /// <summary>Packs codes, neighbouring inputs a word.</summary>
    /// <param name="codes">[N, K].</param>
    /// <param name="n">N.</param>
    /// <param name="bits">4 or 8.</param>
    /// <returns>[K / P, N].</returns>
    public static int[] PackInputs(ReadOnlySpan<byte> codes, int n, int bits)
    {
        int k = codes.Length / n;
        int perWord = 32 / bits;
        int[] words = new int[codes.Length / perWord];
        for (int i = 0; i < codes.Length; i++)
        {
            (int row, int input) = (i / k, i % k);
            words[(input / perWord * n) + row] |= codes[i] << (input % perWord * bits);
        }

        return words;
    }

    /// <summary>Packs zeros, neighbouring outputs a word.</summary>
    /// <param name="zeros">[N, groups].</param>
    /// <param name="n">N.</param>
    /// <param name="bits">4 or 8.</param>
    /// <returns>[groups, N / P].</returns>
    public static int[] PackOutputs(ReadOnlySpan<byte> zeros, int n, int bits)
    {
        int groups = zeros.Length / n;
        int perWord = 32 / bits;
        int[] words = new int[zeros.Length / perWord];
        for (int i = 0; i < zeros.Length; i++)
        {
            (int row, int group) = (i / groups, i % groups);
            words[((group * n) + row) / perWord] |= zeros[i] << (row % perWord * bits);
        }

        return words;
    }

    /// <summary>[groups, N].</summary>
    private static int[] Zeros(int[] words, int groups, int n, QuantizationConfig config)
    {
        var packed = new PackedIntegers(words, config.Bits);
        int[] zeros = new int[groups * n];
        for (int i = 0; i < zeros.Length; i++)
        {
            zeros[i] = packed.At(i / packed.PerWord, i % packed.PerWord) + (config.StoresZeroLessOne ? 1 : 0);
        }

        return zeros;
    }
}
