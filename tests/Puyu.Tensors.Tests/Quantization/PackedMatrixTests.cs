using System.Runtime.InteropServices;
using Puyu.Tensors.Quantization;

namespace Puyu.Tensors.Tests.Quantization;

public class PackedMatrixTests
{
    [Theory]
    [InlineData(4, 32, true, 48, 64)]
    [InlineData(4, 128, false, 35, 160)]
    [InlineData(4, 16, false, 3, 40)]
    [InlineData(4, 48, true, 17, 100)]
    [InlineData(8, 32, true, 33, 96)]
    [InlineData(8, 160, false, 16, 320)]
    [InlineData(8, 11008, true, 5, 11008)]
    public void Unpack_GivesWhatWasPacked(int bits, int groupSize, bool isSymmetric, int outputs, int inputs)
    {
        var scheme = new QuantScheme { Bits = bits, GroupSize = groupSize, IsSymmetric = isSymmetric };
        QuantizedWeights weights = Weights(outputs, inputs, scheme);

        using PackedMatrix packed = PackedMatrix.Pack(weights);

        QuantizedWeights back = packed.Unpack();
        Assert.Equal(scheme, back.Scheme);
        Assert.Equal(weights.Codes, back.Codes);
        Assert.Equal(weights.Scales, back.Scales);
        Assert.Equal(weights.Offsets, back.Offsets);
    }

    [Fact]
    public void Pack_SeesThatZeroIsTheMiddle_WhateverTheSchemeSays()
    {
        QuantizedWeights symmetric = Weights(16, 64, new QuantScheme { GroupSize = 32, IsSymmetric = true });
        QuantScheme scheme = symmetric.Scheme with { IsSymmetric = false };
        var same = new QuantizedWeights(
            16, 64, scheme, symmetric.Codes, symmetric.Scales, symmetric.Offsets);

        using PackedMatrix packed = PackedMatrix.Pack(same);

        // 4 bits a weight and 16 bits a scale for 32 of them: 4.5 bits.
        Assert.True(packed.Scheme.IsSymmetric);
        Assert.Equal(64 + (16 * 64 * 9 / 16), packed.Bytes);
    }

    [Fact]
    public void Pack_KeepsGroupsOfEqualWeights()
    {
        var scheme = new QuantScheme { GroupSize = 16 };
        byte[] codes = [.. Enumerable.Range(0, 48).Select(i => (byte)(i % 16))];
        var weights = new QuantizedWeights(1, 48, scheme, codes, [0, 0, 0.5f], [-3, 0, 0]);
        float[] expected = new float[48];
        weights.Dequantize(expected);

        using PackedMatrix packed = PackedMatrix.Pack(weights);

        float[] actual = new float[48];
        packed.Unpack().Dequantize(actual);
        Assert.Equal(expected, actual);
    }

    [Fact]
    public void Pack_NamesAScaleThatIsNotFinite()
    {
        var weights = new QuantizedWeights(1, 16, new QuantScheme { GroupSize = 16 }, new byte[16], [float.NaN], [0]);

        ArgumentException exception = Assert.Throws<ArgumentException>(() => PackedMatrix.Pack(weights));

        Assert.Contains("is NaN but must be below", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public unsafe void Open_ReadsWhatWriteWrote_AndNothingShorter()
    {
        using PackedMatrix packed = PackedMatrix.Pack(Weights(20, 64, new QuantScheme { GroupSize = 32 }));
        using var stream = new MemoryStream();
        packed.Write(stream);
        byte[] bytes = stream.ToArray();
        void* block = NativeMemory.AlignedAlloc((nuint)bytes.Length, 64);
        try
        {
            bytes.CopyTo(new Span<byte>(block, bytes.Length));
            using PackedMatrix opened = PackedMatrix.Open((nint)block, bytes.Length, owner: null);

            Assert.Equal(packed.Bytes, bytes.Length);
            Assert.Equal(packed.Unpack().Codes, opened.Unpack().Codes);
            Assert.Equal(packed.Unpack().Offsets, opened.Unpack().Offsets);
            Assert.False(opened.IsOwn);
            Assert.Throws<InvalidDataException>(() => PackedMatrix.Open((nint)block, bytes.Length - 1, owner: null));
            ((byte*)block)[3] ^= 1;
            Assert.Throws<InvalidDataException>(() => PackedMatrix.Open((nint)block, bytes.Length, owner: null));
        }
        finally
        {
            NativeMemory.AlignedFree(block);
        }
    }

    /// <summary>Rounded uniform numbers, with scales that fit F16.</summary>
    internal static QuantizedWeights Weights(int outputs, int inputs, QuantScheme scheme, ulong seed = 1)
    {
        QuantizedWeights weights = QuantizedWeights.Round(
            Numbers.Uniform(outputs * inputs, seed), outputs, inputs, scheme);
        for (int i = 0; i < weights.Scales.Length; i++)
        {
            float zero = MathF.Round(-weights.Offsets[i] / weights.Scales[i]);
            weights.Scales[i] = (float)(Half)weights.Scales[i];
            weights.Offsets[i] = -zero * weights.Scales[i];
        }

        return weights;
    }
}
