using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantized;

/// <summary>AutoAWQ's layout "gemm", of 4 bits.</summary>
/// <remarks>
/// <code>
///   qweight I32 [K, N / 8]     qzeros I32 [K / G, N / 8]     scales [K / G, N]
///   w[n, k] = (q − zero) scale        column 8 c + j is nibble Places[j] of word c
/// </code>
/// K inputs, N outputs, G the group size. Source: AutoAWQ, awq/modules/linear/gemm.py.
/// </remarks>
internal static class AwqLayout
{
    /// <summary>Weights of a word.</summary>
    public const int PerWord = 8;

    /// <summary>Names of the tensors of a linear map.</summary>
    public static readonly string[] Parts = ["qweight", "qzeros", "scales"];

    private static readonly int[] _places = [0, 4, 1, 5, 2, 6, 3, 7];

    /// <summary>Reads a linear map.</summary>
    public static StoredWeight Read(LinearFiles files, Shape shape, QuantizationConfig config)
    {
        (int n, int k) = (shape[0], shape[1]);
        QuantScheme scheme = config.SchemeOf(k, isSymmetric: false);
        int groups = scheme.Groups(k);
        int words = n / PerWord;
        int[] codes = files.Integers("qweight", [k, words]);
        int[] zeros = files.Integers("qzeros", [groups, words]);
        float[] scales = files.Numbers("scales", [groups, n]);
        var weights = new QuantizedWeights(
            n, k, scheme, new byte[checked(n * k)], new float[n * groups], new float[n * groups]);
        Parallel.For(0, n, row =>
        {
            int shift = 4 * _places[row % PerWord];
            for (int input = 0; input < k; input++)
            {
                weights.Codes[(row * k) + input] = (byte)((codes[(input * words) + (row / PerWord)] >> shift) & 15);
            }

            for (int group = 0; group < groups; group++)
            {
                float scale = scales[(group * n) + row];
                int zero = (zeros[(group * words) + (row / PerWord)] >> shift) & 15;
                weights.Scales[(row * groups) + group] = scale;
                weights.Offsets[(row * groups) + group] = -zero * scale;
            }
        });
        return new StoredWeight(Floats: null, weights);
    }

    /// <summary>Packs the rows of a matrix of 4-bit integers into words, transposed.</summary>
    /// <param name="values">[N, columns], each below 16.</param>
    /// <param name="n">N, a multiple of 8.</param>
    /// <returns>[columns, N / 8].</returns>
    public static int[] Pack(ReadOnlySpan<byte> values, int n)
    {
        int columns = values.Length / n;
        int[] words = new int[columns * n / PerWord];
        for (int i = 0; i < values.Length; i++)
        {
            (int row, int column) = (i / columns, i % columns);
            words[(column * n / PerWord) + (row / PerWord)] |= values[i] << (4 * _places[row % PerWord]);
        }

        return words;
    }
}
