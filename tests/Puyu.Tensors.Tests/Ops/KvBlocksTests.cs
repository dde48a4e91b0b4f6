namespace Puyu.Tensors.Tests.Ops;

public class KvBlocksTests
{
    private const int BlockSize = 32;
    private const int KvHeads = 3;

    public static TheoryData<KvFormat, int> FormatsAndHeadDims
    {
        get
        {
            var data = new TheoryData<KvFormat, int>();
            foreach (KvFormat format in Enum.GetValues<KvFormat>())
            {
                foreach (int headDim in new[] { 64, 80, 96, 128, 256 })
                {
                    data.Add(format, headDim);
                }
            }

            return data;
        }
    }

    [Theory]
    [InlineData(KvFormat.Int8, 256 + 8)]
    [InlineData(KvFormat.Int4, 128 + 8)]
    [InlineData(KvFormat.BF16, 512)]
    [InlineData(KvFormat.F32, 1024)]
    public void BytesOf_OneTokenAndHead_IsCodesAndEightBytesOfScales(KvFormat format, int bytes)
    {
        Assert.Equal(bytes * BlockSize * KvHeads, KvBlocks.BytesOf(BlockSize, KvHeads, headDim: 128, format));
    }

    [Theory]
    [MemberData(nameof(FormatsAndHeadDims))]
    public void Write_GivesTheBytesOfTheReference(KvFormat format, int headDim)
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        KvBlocks expected = Filled(scope, format, headDim, reference: true);
        KvBlocks actual = Filled(scope, format, headDim, reference: false);

        for (int block = 0; block < expected.Count; block++)
        {
            Assert.Equal(expected.BlockBytes(block), actual.BlockBytes(block));
        }
    }

    [Theory]
    [MemberData(nameof(FormatsAndHeadDims))]
    public void Read_IsOffByAtMostHalfAScale(KvFormat format, int headDim)
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        KvBlocks cache = Filled(scope, format, headDim, reference: false);
        double[] key = new double[headDim];
        double[] value = new double[headDim];

        for (int slot = 0; slot < cache.Count * BlockSize; slot++)
        {
            for (int head = 0; head < KvHeads; head++)
            {
                KvRowReference.Read(cache, slot, head, key, value);
                RequireClose(Row(slot, head, isKey: true, headDim), key, format);
                RequireClose(Row(slot, head, isKey: false, headDim), value, format);
            }
        }
    }

    [Theory]
    [InlineData(KvFormat.Int8)]
    [InlineData(KvFormat.Int4)]
    public void Read_RowOfEqualElements_IsWithinItsScale(KvFormat format)
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        KvBlocks cache = KvBlocks.Create(scope, 1, BlockSize, 1, 16, format);
        float[] row = [.. Enumerable.Repeat(-0.3f, 16)];
        double[] key = new double[16];
        double[] value = new double[16];

        KvRowReference.Write(cache, slot: 5, kvHead: 0, row, new float[16]);
        KvRowReference.Read(cache, slot: 5, kvHead: 0, key, value);

        Assert.All(key, x => Assert.Equal(-0.3, x, 0.3 / 128 / 15));
        Assert.All(value, x => Assert.Equal(0, x));
    }

    [Theory]
    [InlineData(KvFormat.Int8, float.NaN)]
    [InlineData(KvFormat.Int4, float.PositiveInfinity)]
    public void Read_RowWithAnElementThatIsNotFinite_IsNaN(KvFormat format, float element)
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        KvBlocks cache = KvBlocks.Create(scope, 1, BlockSize, 1, 16, format);
        float[] row = [.. Enumerable.Range(0, 15), element];
        double[] key = new double[16];
        double[] value = new double[16];

        KvRowReference.Write(cache, slot: 0, kvHead: 0, row, row);
        KvRowReference.Read(cache, slot: 0, kvHead: 0, key, value);

        Assert.All(key, x => Assert.True(double.IsNaN(x)));
    }

    [Fact]
    public void CopyBlock_CopiesOneBlockAndNoOther()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        KvBlocks cache = Filled(scope, KvFormat.Int4, headDim: 64, reference: false);
        byte[] first = cache.BlockBytes(0).ToArray();
        byte[] last = cache.BlockBytes(2).ToArray();

        cache.CopyBlock(from: 0, to: 1);

        Assert.Equal(first, cache.BlockBytes(1));
        Assert.Equal(first, cache.BlockBytes(0));
        Assert.Equal(last, cache.BlockBytes(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.CopyBlock(0, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => cache.CopyBlock(-1, 0));
    }

    [Theory]
    [InlineData(24, 64, "block size 24 and head dimension 64 must be multiples of 16")]
    [InlineData(32, 40, "block size 32 and head dimension 40 must be multiples of 16")]
    [InlineData(0, 64, "block size 0, key-value heads 1 and head dimension 64 must be positive")]
    public void Create_DimensionsThatDoNotFit_NamesThem(int blockSize, int headDim, string message)
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(
            () => KvBlocks.Create(scope, 1, blockSize, 1, headDim, KvFormat.Int8));

        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
    }

    private static unsafe KvBlocks Filled(Scope scope, KvFormat format, int headDim, bool reference)
    {
        const int Blocks = 3;
        KvBlocks cache = KvBlocks.Create(scope, Blocks, BlockSize, KvHeads, headDim, format);
        cache.Data.Span<byte>().Fill(0xA5);
        for (int slot = 0; slot < Blocks * BlockSize; slot++)
        {
            for (int head = 0; head < KvHeads; head++)
            {
                float[] key = Row(slot, head, isKey: true, headDim);
                float[] value = Row(slot, head, isKey: false, headDim);
                if (reference)
                {
                    KvRowReference.Write(cache, slot, head, key, value);
                    continue;
                }

                (int block, int offset) = Math.DivRem(slot, BlockSize);
                fixed (byte* bytes = cache.BlockBytes(block))
                fixed (float* k = key)
                fixed (float* v = value)
                {
                    KvRowWriter.Write(cache.Layout, bytes + (head * cache.Layout.HeadBytes), offset, k, v);
                }
            }
        }

        return cache;
    }

    /// <summary>Rows of all magnitudes and offsets.</summary>
    private static float[] Row(int slot, int head, bool isKey, int headDim)
    {
        float[] row = Numbers.Uniform(headDim, (ulong)((slot * KvHeads) + head + (isKey ? 1000 : 5000)));
        float magnitude = MathF.Pow(10, (slot % 9) - 4);
        return [.. row.Select(x => magnitude * (x + (slot % 4) - 2))];
    }

    private static void RequireClose(float[] expected, double[] actual, KvFormat format)
    {
        double levels = format == KvFormat.Int8 ? 255 : 15;
        double magnitude = expected.Max(Math.Abs);

        // Scale and zero are rounded to the next bfloat16, whose distance is at most 1/128 of them.
        double scale = ((expected.Max() - expected.Min()) + (magnitude / 128)) / levels * (1 + (1.0 / 128));
        for (int e = 0; e < expected.Length; e++)
        {
            double limit = format switch
            {
                KvFormat.F32 => 0,
                KvFormat.BF16 => Math.Abs(expected[e]) / 256,
                _ => (scale / 2) + (magnitude * 1e-6),
            };
            Assert.Equal(expected[e], actual[e], limit);
        }
    }
}
