using Puyu.Models.Gguf;

namespace Puyu.Models.Tests.Gguf;

/// <summary>The layouts as the format's table states them, weight by weight, in double precision.</summary>
internal static class BlockReference
{
    public static double[] Dequantize(GgufType type, byte[] b) => type switch
    {
        GgufType.Q40 => Each(32, j => (Nibble(b, 2, j) - 8) * Half(b, 0)),
        GgufType.Q41 => Each(32, j => (Nibble(b, 4, j) * Half(b, 0)) + Half(b, 2)),
        GgufType.Q50 => Each(32, j => ((Nibble(b, 6, j) | (Bit(b, 16 + j) << 4)) - 16) * Half(b, 0)),
        GgufType.Q80 => Each(32, j => (sbyte)b[2 + j] * Half(b, 0)),
        GgufType.Q4K => Each(256, j => Affine(b, j, Chunked(b, 16, j))),
        GgufType.Q5K => Each(256, j => Affine(
            b, j, Chunked(b, 48, j) + (((b[16 + (j % 32)] >> ((j / 64 * 2) + (j % 64 / 32))) & 1) * 16))),
        GgufType.Q6K => Each(256, j => SixBit(b, j)),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    private static double[] Each(int count, Func<int, double> weight) => [.. Enumerable.Range(0, count).Select(weight)];

    private static double Half(byte[] b, int at) => (double)BitConverter.ToHalf(b, at);

    private static int Nibble(byte[] b, int first, int j) => j < 16 ? b[first + j] & 15 : b[first + j - 16] >> 4;

    private static int Bit(byte[] b, int bit) => (b[bit / 8] >> (bit % 8)) & 1;

    /// <summary>Each 64 weights use 32 bytes: low nibbles the first 32, high the next.</summary>
    private static int Chunked(byte[] b, int first, int j)
    {
        int value = b[first + (j / 64 * 32) + (j % 32)];
        return j % 64 < 32 ? value & 15 : value >> 4;
    }

    private static double Affine(byte[] b, int weight, int q)
    {
        int j = weight / 32;
        byte S(int i) => b[4 + i];
        int sc = j < 4 ? S(j) & 63 : (S(j + 4) & 15) | ((S(j - 4) >> 6) << 4);
        int m = j < 4 ? S(j + 4) & 63 : (S(j + 4) >> 4) | ((S(j) >> 6) << 4);
        return (Half(b, 0) * sc * q) - (Half(b, 2) * m);
    }

    private static double SixBit(byte[] b, int weight)
    {
        (int half, int within) = (weight / 128, weight % 128);
        (int quarter, int l) = (within / 32, within % 32);
        int ql = b[(64 * half) + l];
        int qlNext = b[(64 * half) + l + 32];
        int qh = b[128 + (32 * half) + l];
        int q = quarter switch
        {
            0 => (ql & 15) | ((qh & 3) << 4),
            1 => (qlNext & 15) | (((qh >> 2) & 3) << 4),
            2 => (ql >> 4) | (((qh >> 4) & 3) << 4),
            _ => (qlNext >> 4) | ((qh >> 6) << 4),
        };
        return Half(b, 208) * (sbyte)b[192 + (8 * half) + (l / 16) + (2 * quarter)] * (q - 32);
    }
}
