namespace Puyu.Models.Gguf;

/// <summary>Blocks of 256 weights whose 8 groups have scales and minima of 6 bits: Q4_K and Q5_K.</summary>
/// <remarks>
/// <code>
///   Q4_K:  d, dmin, s[12], qs[128]             Q5_K:  d, dmin, s[12], qh[32], qs[128]
///   w = d · scale · q − dmin · minimum
/// </code>
/// d and dmin are F16. Groups 0 to 3 have scale s[j] and minimum s[j + 4], 6 low bits each; groups 4 to 7 their low
/// four bits in the nibbles of s[j + 4] and their high two in the high bits of s[j − 4] and s[j]. Of 64 weights, the
/// low nibbles of 32 bytes are the first half and the high ones the second; bits 2k and 2k + 1 of qh[l] are the fifth
/// ones of weights l and l + 32 of the k-th 64. Source: ggml-quants.c.
/// </remarks>
internal static class SuperBlocks
{
    private const int Weights = 256;
    private const int Groups = 8;
    private const int GroupSize = 32;
    private const int FirstScale = 4;
    private const int ScaleBytes = 12;
    private const int MaxScale = 63;

    /// <summary>Reads Q4_K.</summary>
    public static void ReadQ4K(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        ReadScales(block, scales, minima);
        ReadNibbles(block[(FirstScale + ScaleBytes)..], codes);
    }

    /// <summary>Reads Q5_K.</summary>
    public static void ReadQ5K(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        ReadScales(block, scales, minima);
        ReadOnlySpan<byte> fifths = block.Slice(FirstScale + ScaleBytes, GroupSize);
        ReadNibbles(block[(FirstScale + ScaleBytes + GroupSize)..], codes);
        for (int i = 0; i < Weights; i++)
        {
            codes[i] |= (byte)(((fifths[i % GroupSize] >> (i / GroupSize)) & 1) << 4);
        }
    }

    /// <summary>Rounds to Q4_K.</summary>
    public static void WriteQ4K(ReadOnlySpan<float> weights, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Weights];
        Round(weights, new GroupSearch(MaxCode: 15, FirstShift: -1, Steps: 20), codes, block);
        WriteNibbles(codes, block[(FirstScale + ScaleBytes)..]);
    }

    /// <summary>Rounds to Q5_K.</summary>
    public static void WriteQ5K(ReadOnlySpan<float> weights, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Weights];
        Round(weights, new GroupSearch(MaxCode: 31, FirstShift: -0.5f, Steps: 15), codes, block);
        Span<byte> fifths = block.Slice(FirstScale + ScaleBytes, GroupSize);
        fifths.Clear();
        for (int i = 0; i < Weights; i++)
        {
            fifths[i % GroupSize] |= (byte)((codes[i] >> 4) << (i / GroupSize));
            codes[i] &= 15;
        }

        WriteNibbles(codes, block[(FirstScale + ScaleBytes + GroupSize)..]);
    }

    private static void ReadScales(ReadOnlySpan<byte> block, Span<float> scales, Span<float> minima)
    {
        float d = SmallBlocks.ReadHalf(block);
        float dMinimum = SmallBlocks.ReadHalf(block[2..]);
        for (int group = 0; group < Groups; group++)
        {
            (int scale, int minimum) = ScaleOf(block.Slice(FirstScale, ScaleBytes), group);
            scales[group] = d * scale;
            minima[group] = -(dMinimum * minimum);
        }
    }

    private static (int Scale, int Minimum) ScaleOf(ReadOnlySpan<byte> s, int group) => group < 4
        ? (s[group] & 63, s[group + 4] & 63)
        : ((s[group + 4] & 15) | ((s[group - 4] >> 6) << 4), (s[group + 4] >> 4) | ((s[group] >> 6) << 4));

    private static void WriteScale(Span<byte> s, int group, int scale, int minimum)
    {
        if (group < 4)
        {
            s[group] = (byte)scale;
            s[group + 4] = (byte)minimum;
            return;
        }

        s[group + 4] = (byte)((scale & 15) | ((minimum & 15) << 4));
        s[group - 4] |= (byte)((scale >> 4) << 6);
        s[group] |= (byte)((minimum >> 4) << 6);
    }

    /// <summary>
    /// Searches scale and minimum of each group, rounds these to 6 bits, and rounds the weights anew to what they have
    /// become.
    /// </summary>
    private static void Round(ReadOnlySpan<float> weights, GroupSearch search, Span<byte> codes, Span<byte> block)
    {
        Span<float> scales = stackalloc float[Groups];
        Span<float> minima = stackalloc float[Groups];
        (float largestScale, float largestMinimum) = (0, 0);
        for (int group = 0; group < Groups; group++)
        {
            (scales[group], minima[group]) = search.Find(
                weights.Slice(group * GroupSize, GroupSize), codes.Slice(group * GroupSize, GroupSize));
            largestScale = Math.Max(largestScale, scales[group]);
            largestMinimum = Math.Max(largestMinimum, minima[group]);
        }

        SmallBlocks.WriteHalf(largestScale / MaxScale, block);
        SmallBlocks.WriteHalf(largestMinimum / MaxScale, block[2..]);
        float inverseScale = largestScale > 0 ? MaxScale / largestScale : 0;
        float inverseMinimum = largestMinimum > 0 ? MaxScale / largestMinimum : 0;
        for (int group = 0; group < Groups; group++)
        {
            WriteScale(
                block.Slice(FirstScale, ScaleBytes), group,
                Math.Min(MaxScale, (int)MathF.Round(inverseScale * scales[group])),
                Math.Min(MaxScale, (int)MathF.Round(inverseMinimum * minima[group])));
        }

        RoundAnew(weights, search.MaxCode, codes, block);
    }

    private static void RoundAnew(ReadOnlySpan<float> weights, int maxCode, Span<byte> codes, ReadOnlySpan<byte> block)
    {
        Span<float> scales = stackalloc float[Groups];
        Span<float> minima = stackalloc float[Groups];
        ReadScales(block, scales, minima);
        for (int i = 0; i < Weights; i++)
        {
            int group = i / GroupSize;
            if (scales[group] != 0)
            {
                float code = MathF.Round((weights[i] - minima[group]) / scales[group]);
                codes[i] = (byte)Math.Clamp(code, 0, maxCode);
            }
        }
    }

    private static void ReadNibbles(ReadOnlySpan<byte> nibbles, Span<byte> codes)
    {
        for (int i = 0; i < Weights / 2; i++)
        {
            int first = (i / GroupSize * 2 * GroupSize) + (i % GroupSize);
            codes[first] = (byte)(nibbles[i] & 15);
            codes[first + GroupSize] = (byte)(nibbles[i] >> 4);
        }
    }

    private static void WriteNibbles(ReadOnlySpan<byte> codes, Span<byte> nibbles)
    {
        for (int i = 0; i < Weights / 2; i++)
        {
            int first = (i / GroupSize * 2 * GroupSize) + (i % GroupSize);
            nibbles[i] = (byte)(codes[first] | (codes[first + GroupSize] << 4));
        }
    }
}
