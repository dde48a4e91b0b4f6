using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class CastTests
{
    /// <summary>Values at which rounding, overflow or the kind of number changes.</summary>
    private static readonly float[] _edges =
    [
        0, -0f, 1, -1, 65504, 65519.996f, 65520, 65536, 1e10f, float.MaxValue, float.Epsilon, float.PositiveInfinity,
        float.NegativeInfinity, float.NaN, 1.00048828125f, 1.0009765625f, 1.00146484375f, 6.1035156e-5f, 6.1035153e-5f,
        5.9604645e-8f, 2.9802322e-8f, 2.9802326e-8f, 8.940697e-8f, 3.3895314e38f, 1.00390625f, 1.01171875f,
    ];

    [Fact]
    public unsafe void Half_EveryPattern_WidensAsTheLanguageDoes()
    {
        Half[] halves = [.. Enumerable.Range(0, 65536).Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits))];
        float[] floats = new float[65536];
        Half[] back = new Half[65536];

        fixed (Half* source = halves, target = back)
        fixed (float* wide = floats)
        {
            Conversions.Widen(source, wide, 65536);
            Conversions.Narrow(wide, target, 65536);
        }

        Assert.All(halves.Zip(floats), pair => AssertSame((float)pair.First, pair.Second));
        Assert.All(halves.Zip(back), pair => AssertSame((float)pair.First, (float)pair.Second));
    }

    [Fact]
    public unsafe void BFloat16_EveryPattern_WidensAsDefined()
    {
        BFloat16[] narrow = [.. Enumerable.Range(0, 65536).Select(bits => new BFloat16((ushort)bits))];
        float[] floats = new float[65536];
        BFloat16[] back = new BFloat16[65536];

        fixed (BFloat16* source = narrow, target = back)
        fixed (float* wide = floats)
        {
            Conversions.Widen(source, wide, 65536);
            Conversions.Narrow(wide, target, 65536);
        }

        Assert.All(narrow.Zip(floats), pair => AssertSame((float)pair.First, pair.Second));
        Assert.All(narrow.Zip(back), pair => AssertSame((float)pair.First, (float)pair.Second));
    }

    [Fact]
    public unsafe void Narrow_RoundsAnyFloatAsTheLanguageDoes()
    {
        float[] floats = [.. _edges, .. _edges.Select(x => -x), .. RandomPatterns(200_000)];
        Half[] halves = new Half[floats.Length];
        BFloat16[] bfloats = new BFloat16[floats.Length];

        fixed (float* source = floats)
        fixed (Half* half = halves)
        fixed (BFloat16* bfloat = bfloats)
        {
            Conversions.Narrow(source, half, floats.Length);
            Conversions.Narrow(source, bfloat, floats.Length);
        }

        for (int i = 0; i < floats.Length; i++)
        {
            AssertSame((float)(Half)floats[i], (float)halves[i]);
            AssertSame((float)(BFloat16)floats[i], (float)bfloats[i]);
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Cast_ConvertsBetweenAllTypes_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        foreach (int length in (int[])[0, 1, 7, 15, 16, 17, 31, 33, 3000, 40_001])
        {
            foreach (DType dtype in (DType[])[DType.BF16, DType.F16, DType.I32, DType.I64, DType.U8, DType.I8])
            {
                using Scope scope = backend.BeginScope();

                // Whole numbers up to 100 are exact in every storage type.
                float[] x = [.. Enumerable.Range(0, length).Select(i => (float)(i % 101))];
                Tensor stored = scope.Cast(scope.From<float>(x, [length]), dtype);
                Tensor through = scope.Cast(scope.Cast(stored, DType.F16), DType.BF16);

                Assert.Equal(dtype, stored.DType);
                Assert.Equal(x, scope.Cast(stored, DType.F32).Span<float>().ToArray());
                Assert.Equal(x, scope.Cast(through, DType.F32).Span<float>().ToArray());
            }
        }
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void Cast_ToAnInteger_TruncatesAndSaturates(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        Tensor x = scope.From<float>([1.9f, -1.9f, 1000, -1000, float.NaN, 3e9f], [6]);

        Assert.Equal([1, -1, 127, -128, 0, 127], scope.Cast(x, DType.I8).Span<sbyte>().ToArray());
        Assert.Equal([1, 0, 255, 0, 0, 255], scope.Cast(x, DType.U8).Span<byte>().ToArray());
        Assert.Equal([1, -1, 1000, -1000, 0, int.MaxValue], scope.Cast(x, DType.I32).Span<int>().ToArray());
        Assert.Equal([1, -1, 1000, -1000, 0, 3_000_000_000], scope.Cast(x, DType.I64).Span<long>().ToArray());
    }

    [Fact]
    public void Cast_DoesNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
        {
            Tensor x = Comparisons.Leaf(scope, [100_003], seed: 1);
            return [scope.Cast(scope.Cast(scope.Cast(x, DType.F16), DType.BF16), DType.F32)];
        });
    }

    [Fact]
    public void Backward_PassesTheGradientThrough()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginRecording();
        Tensor x = Comparisons.Leaf(scope, [5], seed: 1);

        Tensor y = scope.Cast(scope.Cast(x, DType.BF16), DType.F32);
        double[] dY = Comparisons.Backward(scope, y, seed: 2);

        Assert.Equal(dY, Comparisons.Doubles(x.Gradient!.Span<float>()));
    }

    private static float[] RandomPatterns(int count)
    {
        var random = new Puyu.Abstractions.CounterRandom(seed: 1);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            // Every second one within the exponents of F16, which are few among those of F32.
            uint bits = random.NextUInt32();
            uint exponent = 100 + (bits >> 5 & 63);
            numbers[i] = BitConverter.UInt32BitsToSingle(i % 2 == 0 ? bits : (bits & 0x807FFFFF) | (exponent << 23));
        }

        return numbers;
    }

    private static void AssertSame(float expected, float actual)
    {
        bool isSame = float.IsNaN(expected)
            ? float.IsNaN(actual) && float.IsNegative(expected) == float.IsNegative(actual)
            : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual);
        Assert.True(isSame, $"expected {expected:r} but got {actual:r}");
    }
}
