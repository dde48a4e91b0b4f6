using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantized;

/// <summary>LMDeploy's layout of SmoothQuant: signed bytes with a scale for each output.</summary>
/// <remarks>
/// <code>
///   weight I8 [N, K]     scale F32 [N, 1]     w[n, k] = weight scale
/// </code>
/// Source: LMDeploy, lmdeploy/pytorch/models/q_modules.py.
/// </remarks>
internal static class SmoothQuantLayout
{
    private const int Middle = 128;

    /// <summary>Names of the tensors of a linear map.</summary>
    public static readonly string[] Parts = ["weight", "scale"];

    /// <summary>Reads a linear map.</summary>
    public static StoredWeight Read(LinearFiles files, Shape shape, QuantizationConfig config)
    {
        (int n, int k) = (shape[0], shape[1]);
        ReadOnlySpan<sbyte> values = files.Bytes("weight", shape);
        byte[] codes = new byte[values.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            codes[i] = (byte)(values[i] + Middle);
        }

        float[] scales = files.Numbers("scale", [n, 1]);
        float[] offsets = [.. scales.Select(scale => -Middle * scale)];
        return new StoredWeight(
            Floats: null, new QuantizedWeights(n, k, config.SchemeOf(k, isSymmetric: true), codes, scales, offsets));
    }
}
