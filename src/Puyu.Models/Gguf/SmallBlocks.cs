using System.Buffers.Binary;

namespace Puyu.Models.Gguf;

/// <summary>Blocks of 32 weights with one scale: Q4_0, Q4_1, Q5_0, Q8_0.</summary>
/// <remarks>
/// <code>
///   Q4_0:  d, qs[16]          w = (q − 8) d        d = −(weight of largest magnitude) / 8
///   Q4_1:  d, m, qs[16]       w = q d + m          d = (max − min) / 15,  m = min
///   Q5_0:  d, qh, qs[16]      w = (q − 16) d       d = −(weight of largest magnitude) / 16
///   Q8_0:  d, q[32]           w = q d              d = max |w| / 127
/// </code>
/// d and m are F16, little-endian. Nibbles: weight j is the low one of qs[j], weight j + 16 the high one; bit j of the
/// 32-bit qh is the fifth of weight j. Weights are divided by d before it is rounded to F16. Source: ggml-quants.c.
/// </remarks>
internal static class SmallBlocks
{
    private const int Weights = 32;
    private const int Half = Weights / 2;

    /// <summary>Reads Q4_0.</summary>
    public static void ReadQ40(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        scales[0] = ReadHalf(block);
        minima[0] = -8 * scales[0];
        ReadNibbles(block[2..], codes);
    }

    /// <summary>Reads Q4_1.</summary>
    public static void ReadQ41(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        scales[0] = ReadHalf(block);
        minima[0] = ReadHalf(block[2..]);
        ReadNibbles(block[4..], codes);
    }

    /// <summary>Reads Q5_0.</summary>
    public static void ReadQ50(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        scales[0] = ReadHalf(block);
        minima[0] = -16 * scales[0];
        uint fifths = BinaryPrimitives.ReadUInt32LittleEndian(block[2..]);
        ReadNibbles(block[6..], codes);
        for (int i = 0; i < Weights; i++)
        {
            codes[i] |= (byte)(((fifths >> i) & 1) << 4);
        }
    }

    /// <summary>Reads Q8_0, whose signed bytes become codes around 128.</summary>
    public static void ReadQ80(ReadOnlySpan<byte> block, Span<byte> codes, Span<float> scales, Span<float> minima)
    {
        scales[0] = ReadHalf(block);
        minima[0] = -128 * scales[0];
        for (int i = 0; i < Weights; i++)
        {
            codes[i] = (byte)(block[2 + i] ^ 0x80);
        }
    }

    /// <summary>Rounds to Q4_0.</summary>
    public static void WriteQ40(ReadOnlySpan<float> weights, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Weights];
        WriteHalf(RoundToLargest(weights, zero: 8, codes), block);
        WriteNibbles(codes, block[2..]);
    }

    /// <summary>Rounds to Q4_1.</summary>
    public static void WriteQ41(ReadOnlySpan<float> weights, Span<byte> block)
    {
        (float least, float most) = (weights[0], weights[0]);
        foreach (float weight in weights)
        {
            (least, most) = (Math.Min(least, weight), Math.Max(most, weight));
        }

        float scale = (most - least) / 15;
        float inverse = scale == 0 ? 0 : 1 / scale;
        Span<byte> codes = stackalloc byte[Weights];
        for (int i = 0; i < Weights; i++)
        {
            codes[i] = (byte)Math.Min(15, (int)(((weights[i] - least) * inverse) + 0.5f));
        }

        WriteHalf(scale, block);
        WriteHalf(least, block[2..]);
        WriteNibbles(codes, block[4..]);
    }

    /// <summary>Rounds to Q5_0.</summary>
    public static void WriteQ50(ReadOnlySpan<float> weights, Span<byte> block)
    {
        Span<byte> codes = stackalloc byte[Weights];
        WriteHalf(RoundToLargest(weights, zero: 16, codes), block);
        uint fifths = 0;
        for (int i = 0; i < Weights; i++)
        {
            fifths |= (uint)(codes[i] >> 4) << i;
            codes[i] &= 15;
        }

        BinaryPrimitives.WriteUInt32LittleEndian(block[2..], fifths);
        WriteNibbles(codes, block[6..]);
    }

    /// <summary>Rounds to Q8_0, half away from zero.</summary>
    public static void WriteQ80(ReadOnlySpan<float> weights, Span<byte> block)
    {
        float largest = 0;
        foreach (float weight in weights)
        {
            largest = Math.Max(largest, Math.Abs(weight));
        }

        float scale = largest / 127;
        float inverse = scale == 0 ? 0 : 1 / scale;
        WriteHalf(scale, block);
        for (int i = 0; i < Weights; i++)
        {
            block[2 + i] = (byte)(sbyte)MathF.Round(weights[i] * inverse, MidpointRounding.AwayFromZero);
        }
    }

    /// <summary>An F16 number.</summary>
    public static float ReadHalf(ReadOnlySpan<byte> bytes) => (float)BinaryPrimitives.ReadHalfLittleEndian(bytes);

    /// <summary>Rounds to F16.</summary>
    public static void WriteHalf(float value, Span<byte> bytes) =>
        BinaryPrimitives.WriteHalfLittleEndian(bytes, (System.Half)value);

    /// <summary>
    /// Divides by the signed weight of largest magnitude, which becomes code 0, so that all codes are used.
    /// </summary>
    private static float RoundToLargest(ReadOnlySpan<float> weights, int zero, Span<byte> codes)
    {
        float largest = 0;
        foreach (float weight in weights)
        {
            largest = Math.Abs(weight) > Math.Abs(largest) ? weight : largest;
        }

        float scale = largest / -zero;
        float inverse = scale == 0 ? 0 : 1 / scale;
        for (int i = 0; i < Weights; i++)
        {
            codes[i] = (byte)Math.Min((2 * zero) - 1, (int)((weights[i] * inverse) + zero + 0.5f));
        }

        return scale;
    }

    private static void ReadNibbles(ReadOnlySpan<byte> nibbles, Span<byte> codes)
    {
        for (int i = 0; i < Half; i++)
        {
            codes[i] = (byte)(nibbles[i] & 15);
            codes[i + Half] = (byte)(nibbles[i] >> 4);
        }
    }

    private static void WriteNibbles(ReadOnlySpan<byte> codes, Span<byte> nibbles)
    {
        for (int i = 0; i < Half; i++)
        {
            nibbles[i] = (byte)(codes[i] | (codes[i + Half] << 4));
        }
    }
}
