namespace Puyu.Models.Gguf;

/// <summary>Blocks of 256 weights of 6 bits whose 16 groups have signed scales of 8 bits: Q6_K.</summary>
/// <remarks>
/// <code>
///   ql[128], qh[64], s[16], d          w = d · s · (q − 32)
/// </code>
/// d is F16. Of each 128 weights, weight 32 k + l has its low nibble in ql[l + 32 (k mod 2)], the high one where k ≥ 2,
/// and its upper two bits at 2 k in qh[l]. Source: ggml-quants.c.
/// </remarks>
internal static class SixBitBlocks
{
    private const int Weights = 256;
    private const int Groups = 16;
    private const int GroupSize = 16;
    private const int Zero = 32;
    private const int FirstHigh = 128;
    private const int FirstScale = 192;
    private const int FactorAt = 208;

    /// <summary>A trial whose gain is below this is one of zeros.</summary>
    private const float LeastMagnitude = 1e-15f;

    /// <summary>Reads a block.</summary>
    public static void Read(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        float d = SmallBlocks.ReadHalf(block[FactorAt..]);
        for (int group = 0; group < Groups; group++)
        {
            scales[group] = d * (sbyte)block[FirstScale + group];
            minima[group] = -Zero * scales[group];
        }

        for (int i = 0; i < Weights; i++)
        {
            (int low, int lowShift, int high, int highShift) = PlaceOf(i);
            codes[i] = (byte)(((block[low] >> lowShift) & 15) | (((block[high] >> highShift) & 3) << 4));
        }
    }

    /// <summary>Rounds to a block: finds scales, rounds these to 8 bits, and the weights to what they became.</summary>
    public static void Write(ReadOnlySpan<float> weights, Span<byte> block)
    {
        Span<float> scales = stackalloc float[Groups];
        float largest = 0;
        for (int group = 0; group < Groups; group++)
        {
            scales[group] = FindScale(weights.Slice(group * GroupSize, GroupSize));
            largest = Math.Abs(scales[group]) > Math.Abs(largest) ? scales[group] : largest;
        }

        block.Clear();
        if (Math.Abs(largest) < LeastMagnitude)
        {
            return;
        }

        float inverse = -128 / largest;
        SmallBlocks.WriteHalf(1 / inverse, block[FactorAt..]);
        float d = SmallBlocks.ReadHalf(block[FactorAt..]);
        for (int group = 0; group < Groups; group++)
        {
            block[FirstScale + group] = (byte)(sbyte)Math.Min(127, MathF.Round(inverse * scales[group]));
        }

        for (int i = 0; i < Weights; i++)
        {
            float scale = d * (sbyte)block[FirstScale + (i / GroupSize)];
            float code = scale == 0 ? 0 : Math.Clamp(MathF.Round(weights[i] / scale), -Zero, Zero - 1);
            Place(block, i, (int)code + Zero);
        }
    }

    private static (int Low, int LowShift, int High, int HighShift) PlaceOf(int weight)
    {
        (int half, int k, int l) = (weight / 128, weight % 128 / 32, weight % 32);
        return ((64 * half) + (32 * (k % 2)) + l, k / 2 * 4, FirstHigh + (32 * half) + l, 2 * k);
    }

    private static void Place(Span<byte> block, int weight, int code)
    {
        (int low, int lowShift, int high, int highShift) = PlaceOf(weight);
        block[low] |= (byte)((code & 15) << lowShift);
        block[high] |= (byte)((code >> 4) << highShift);
    }

    /// <summary>
    /// The scale that minimizes Σ w² (scale · q − w)² over trials that divide by slightly more or less than the weight
    /// of largest magnitude; make_qx_quants of the source.
    /// </summary>
    private static float FindScale(ReadOnlySpan<float> x)
    {
        float largest = 0;
        foreach (float weight in x)
        {
            largest = Math.Abs(weight) > Math.Abs(largest) ? weight : largest;
        }

        if (Math.Abs(largest) < LeastMagnitude)
        {
            return 0;
        }

        (float xl, float l2) = Moments(x, -Zero / largest);
        float scale = l2 > 0 ? xl / l2 : 0;
        float best = scale * xl;
        for (int step = -9; step <= 9; step++)
        {
            (xl, l2) = Moments(x, -(Zero + (0.1f * step)) / largest);
            if (l2 > 0 && xl * xl > best * l2)
            {
                scale = xl / l2;
                best = scale * xl;
            }
        }

        return scale;
    }

    private static (float Xl, float L2) Moments(ReadOnlySpan<float> x, float inverse)
    {
        (float xl, float l2) = (0, 0);
        foreach (float weight in x)
        {
            float l = Math.Clamp(MathF.Round(inverse * weight), -Zero, Zero - 1);
            float importance = weight * weight;
            xl += importance * weight * l;
            l2 += importance * l * l;
        }

        return (xl, l2);
    }
}
