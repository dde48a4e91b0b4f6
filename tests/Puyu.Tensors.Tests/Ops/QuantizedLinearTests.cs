using Puyu.Tensors.Quantization;
using Puyu.Tensors.Tests.Quantization;
using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class QuantizedLinearTests
{
    private static readonly int[] _rows = [1, 2, 3, 4, 5, 7, 8, 9, 21];

    /// <summary>
    /// Kernels by place in the list of those that this processor runs, and schemes with every remainder.
    /// </summary>
    public static TheoryData<int, QuantScheme, int, int> Cases
    {
        get
        {
            var cases = new TheoryData<int, QuantScheme, int, int>();
            foreach (int bits in new[] { 4, 8 })
            {
                for (int kernel = 0; kernel < QuantizedKernels.Supported(bits).Count(); kernel++)
                {
                    cases.Add(kernel, new QuantScheme { Bits = bits, GroupSize = 32, IsSymmetric = true }, 48, 96);
                    cases.Add(kernel, new QuantScheme { Bits = bits, GroupSize = 128 }, 37, 300);
                    cases.Add(kernel, new QuantScheme { Bits = bits, GroupSize = 16 }, 16, 40);
                    cases.Add(kernel, new QuantScheme { Bits = bits, GroupSize = 48, IsSymmetric = true }, 5, 50);
                    cases.Add(kernel, new QuantScheme { Bits = bits, GroupSize = 64 }, 33, 60);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernels_MatchTheReference(int kernel, QuantScheme scheme, int outputs, int inputs)
    {
        using PackedMatrix packed = PackedMatrix.Pack(PackedMatrixTests.Weights(outputs, inputs, scheme));
        using var backend = new CpuBackend(threads: 3);
        using Scope scope = backend.BeginScope();
        foreach (int rows in _rows)
        {
            float[] x = Numbers.Uniform(rows * inputs, seed: (ulong)rows);
            float[] bias = Numbers.Uniform(outputs, seed: 9);
            double[] expected = new double[rows * outputs];
            QuantizedLinearReference.Forward(x, packed, Comparisons.Doubles(bias), expected);

            Tensor actual = Multiply(scope, kernel, scope.From<float>(x, [rows, inputs]), packed, bias);

            // A group's sum is exact; it is scaled with four roundings, and added up with one a group. A weight is at
            // most its scale times 255, an activation at most 1.
            double scale = packed.Unpack().Scales.Max(Math.Abs);
            double bound = Numbers.Gamma(packed.Layout.Groups + 8) * inputs * scale * scheme.MaxCode * 2;
            Comparisons.AssertWithin(expected, actual, _ => bound);
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rows_DoNotDependOnOthers(int kernel, QuantScheme scheme, int outputs, int inputs)
    {
        using PackedMatrix packed = PackedMatrix.Pack(PackedMatrixTests.Weights(outputs, inputs, scheme));
        using var backend = new CpuBackend(threads: 2);
        using Scope scope = backend.BeginScope();
        Tensor x = scope.From<float>(Numbers.Uniform(21 * inputs, seed: 3), [21, inputs]);
        int[] together = Comparisons.Bits(Multiply(scope, kernel, x, packed, bias: null));

        foreach (int count in _rows)
        {
            for (int first = 0; first + count <= 21; first += count)
            {
                Tensor some = scope.View(x, [count, inputs], first);
                Assert.Equal(
                    together[(first * outputs)..((first + count) * outputs)],
                    Comparisons.Bits(Multiply(scope, kernel, some, packed, bias: null)));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Kernels_AgreeToTheBit(int kernel, QuantScheme scheme, int outputs, int inputs)
    {
        using PackedMatrix packed = PackedMatrix.Pack(PackedMatrixTests.Weights(outputs, inputs, scheme));
        using var backend = new CpuBackend(threads: 2);
        using Scope scope = backend.BeginScope();
        Tensor x = scope.From<float>(Numbers.Uniform(21 * inputs, seed: 3), [21, inputs]);

        int[] bits = Comparisons.Bits(Multiply(scope, kernel, x, packed, bias: null));

        // The portable kernels, always the last, need not have fused multiply-add.
        int last = QuantizedKernels.Supported(scheme.Bits).Count() - 1;
        int other = kernel == last ? last : Math.Max(0, last - 1);
        Assert.Equal(Comparisons.Bits(Multiply(scope, other, x, packed, bias: null)), bits);
    }

    [Theory]
    [InlineData(4, true)]
    [InlineData(4, false)]
    [InlineData(8, true)]
    [InlineData(8, false)]
    public void ManyRows_HaveTheBitsOfEachAlone(int bits, bool isSymmetric)
    {
        const int Rows = 50;
        using PackedMatrix packed = PackedMatrix.Pack(PackedMatrixTests.Weights(
            37, 300, new QuantScheme { Bits = bits, GroupSize = 32, IsSymmetric = isSymmetric }));
        using var backend = new CpuBackend(threads: 2);
        using Scope scope = backend.BeginScope();
        Tensor x = scope.From<float>(Numbers.Uniform(Rows * 300, seed: 3), [Rows, 300]);

        int[] together = Comparisons.Bits(scope.QuantizedLinear(x, packed));

        for (int row = 0; row < Rows; row++)
        {
            Assert.Equal(
                together[(row * 37)..((row + 1) * 37)],
                Comparisons.Bits(scope.QuantizedLinear(scope.View(x, [1, 300], row), packed)));
        }
    }

    [Fact]
    public void UnpackedSums_AreExactAtTheirGreatest()
    {
        var scheme = new QuantScheme { Bits = 8, GroupSize = 128 };
        byte[] codes = [.. Enumerable.Range(0, 16 * 128).Select(i => (byte)(i % 128 == 0 ? 0 : 255))];
        float[] scales = [.. Enumerable.Repeat(1f, 16)];
        var weights = new QuantizedWeights(16, 128, scheme, codes, scales, new float[16]);
        using PackedMatrix packed = PackedMatrix.Pack(weights);
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();

        foreach (float x in new[] { 127f, -127f })
        {
            Tensor y = scope.QuantizedLinear(
                scope.From<float>([.. Enumerable.Repeat(x, 48 * 128)], [48, 128]), packed);

            Assert.All(y.Span<float>().ToArray(), value => Assert.Equal(127 * 255 * x, value));
        }
    }

    [Fact]
    public void Rounding_CostsLittle()
    {
        using PackedMatrix packed = PackedMatrix.Pack(
            PackedMatrixTests.Weights(64, 512, new QuantScheme { GroupSize = 32, IsSymmetric = true }));
        float[] x = Numbers.Uniform(4 * 512, seed: 5);
        double[] exact = new double[4 * 64];
        double[] rounded = new double[4 * 64];

        QuantizedLinearReference.ForwardUnrounded(Comparisons.Doubles(x), packed, [], exact);
        QuantizedLinearReference.Forward(x, packed, [], rounded);

        // An activation of up to 1 is off by at most 1/254: 0.4 percent of the root mean square, which is 1/√3.
        double error = Math.Sqrt(exact.Zip(rounded, (e, r) => (e - r) * (e - r)).Average());
        double size = Math.Sqrt(exact.Average(e => e * e));
        Assert.InRange(error / size, 1e-4, 0.01);
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void SeveralMatrices_StandSideBySide(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        var scheme = new QuantScheme { GroupSize = 32 };
        using PackedMatrix a = PackedMatrix.Pack(PackedMatrixTests.Weights(40, 64, scheme, seed: 1));
        using PackedMatrix b = PackedMatrix.Pack(PackedMatrixTests.Weights(19, 64, scheme, seed: 2));
        using PackedMatrix c = PackedMatrix.Pack(PackedMatrixTests.Weights(16, 64, scheme, seed: 3));
        Tensor x = scope.From<float>(Numbers.Uniform(3 * 64, seed: 4), [3, 64]);
        Tensor bias = scope.From<float>(Numbers.Uniform(19, seed: 5), [19]);

        Tensor joined = scope.QuantizedLinear(x, [a, b, c], [null, bias, null]);

        Tensor expected = scope.Concat(
            scope.QuantizedLinear(x, a), scope.QuantizedLinear(x, b, bias), scope.QuantizedLinear(x, c));
        Assert.Equal(Comparisons.Bits(expected), Comparisons.Bits(joined));
    }

    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void SwiGlu_IsThatOfTheTwoProducts(string name)
    {
        using Backend backend = AllBackends.Create(name);
        using Scope scope = backend.BeginScope();
        var scheme = new QuantScheme { Bits = 8, GroupSize = 32, IsSymmetric = true };
        using PackedMatrix gate = PackedMatrix.Pack(PackedMatrixTests.Weights(40, 64, scheme, seed: 1));
        using PackedMatrix up = PackedMatrix.Pack(PackedMatrixTests.Weights(40, 64, scheme, seed: 2));
        Tensor x = scope.From<float>(Numbers.Uniform(11 * 64, seed: 4), [11, 64]);
        Tensor bias = scope.From<float>(Numbers.Uniform(40, seed: 5), [40]);

        Tensor fused = scope.QuantizedSwiGlu(x, gate, up, upBias: bias);

        Tensor expected = scope.SwiGlu(scope.QuantizedLinear(x, gate), scope.QuantizedLinear(x, up, bias));
        Comparisons.AssertWithin(
            Comparisons.Doubles(expected.Span<float>()), fused, i => 1e-6 * (1 + Math.Abs(expected.Span<float>()[i])));
    }

    [Fact]
    public void Threads_DoNotMatter()
    {
        using PackedMatrix packed = PackedMatrix.Pack(
            PackedMatrixTests.Weights(100, 256, new QuantScheme { GroupSize = 64 }));

        Comparisons.AssertThreadsDoNotMatter(scope =>
            [scope.QuantizedLinear(scope.From<float>(Numbers.Uniform(50 * 256, seed: 1), [50, 256]), packed)]);
    }

    [Fact]
    public void Rows_OfZerosAndOfNothing_AreFine()
    {
        using PackedMatrix packed = PackedMatrix.Pack(
            PackedMatrixTests.Weights(20, 64, new QuantScheme { GroupSize = 32 }));
        using var backend = new CpuBackend(threads: 2);
        using Scope scope = backend.BeginScope();

        Assert.Equal(0, scope.QuantizedLinear(scope.Empty([0, 64]), packed).Count);
        float[] ofZeros = scope.QuantizedLinear(scope.Zeros([2, 64]), packed).Span<float>().ToArray();
        Assert.All(ofZeros, y => Assert.Equal(0, y));
    }

    [Fact]
    public void Ops_AllocateNothingAfterTheFirst()
    {
        var scheme = new QuantScheme { GroupSize = 32 };
        using PackedMatrix packed = PackedMatrix.Pack(PackedMatrixTests.Weights(64, 64, scheme));
        using var backend = new CpuBackend(threads: 1);
        using Scope outer = backend.BeginScope();
        Tensor x = outer.Zeros([3, 64]);
        PackedMatrix[] weights = [packed, packed];
        Tensor?[] biases = [null, null];
        Step();
        Step();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            using Scope scope = backend.BeginScope();
            Tensor y = scope.QuantizedSwiGlu(scope.QuantizedLinear(x, packed), packed, packed);
            scope.QuantizedLinear(y, weights, biases);
        }
    }

    [Fact]
    public void Embedding_TakesRowsOfPackedWeights()
    {
        QuantizedWeights weights = PackedMatrixTests.Weights(50, 40, new QuantScheme { GroupSize = 32 });
        using PackedMatrix packed = PackedMatrix.Pack(weights);
        float[] table = new float[50 * 40];
        int[] tokenIds = [49, 0, 17];
        weights.Dequantize(table);
        using var backend = new CpuBackend(threads: 2);
        using Scope scope = backend.BeginScope();

        Tensor rows = scope.Embedding(packed, scope.From<int>(tokenIds, [3]));

        double[] expected =
            [.. tokenIds.SelectMany(id => table.Skip(id * 40).Take(40)).Select(weight => (double)weight)];
        Comparisons.AssertWithin(expected, rows, _ => 1e-6);
        Assert.Throws<ArgumentOutOfRangeException>(() => scope.Embedding(packed, scope.From<int>([50], [1])));
    }

    [Fact]
    public void LogProbabilities_AreThoseOfTheLogits()
    {
        using PackedMatrix packed = PackedMatrix.Pack(
            PackedMatrixTests.Weights(50, 64, new QuantScheme { GroupSize = 32 }));
        using var backend = new CpuBackend(threads: 2);
        using Scope scope = backend.BeginScope();
        Tensor hidden = scope.From<float>(Numbers.Uniform(40 * 64, seed: 2), [40, 64]);
        int[] targets = [.. Enumerable.Range(0, 40).Select(i => i == 3 ? -1 : i)];

        TargetScores actual = scope.LogProbabilities(hidden, packed, scope.From<int>(targets, [40]));

        float[] logits = scope.QuantizedLinear(hidden, packed).Span<float>().ToArray();
        double[] expected = [.. targets.Select((target, row) => target < 0 ? 0 : LogProbability(row, target))];
        Comparisons.AssertWithin(expected, actual.LogProbabilities, _ => 1e-5);
        byte[] areLikeliest = [.. targets.Select((target, row) => target >= 0 && IsLikeliest(row, target) ? (byte)1 : (byte)0)];
        Assert.Equal(areLikeliest, actual.AreLikeliest.Span<byte>().ToArray());

        bool IsLikeliest(int row, int target) => logits.AsSpan(row * 50, 50).ToArray().Max() == logits[(row * 50) + target];

        double LogProbability(int row, int target) => logits[(row * 50) + target]
            - Math.Log(logits[(row * 50)..((row + 1) * 50)].Sum(logit => Math.Exp(logit)));
    }

    [Fact]
    public void QuantizedLinear_NamesTheShapesAtFault()
    {
        using PackedMatrix packed = PackedMatrix.Pack(
            PackedMatrixTests.Weights(4, 32, new QuantScheme { GroupSize = 32 }));
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ShapeException exception = Assert.Throws<ShapeException>(
            () => scope.QuantizedLinear(scope.Zeros([2, 3]), packed));

        Assert.Equal(
            "QuantizedLinear: weight is packed W4 [4, 32] but x is tensor F32 [2, 3], so x must be F32 [T, 32]",
            exception.Message);
    }

    private static unsafe Tensor Multiply(Scope scope, int kernel, Tensor x, PackedMatrix packed, float[]? bias)
    {
        var backend = (CpuBackend)scope.Backend;
        QuantizedKernels kernels = QuantizedKernels.Supported(packed.Scheme.Bits).ElementAt(kernel);
        Tensor y = scope.Empty([x.Shape[0], packed.Outputs]);
        var product = new QuantizedProduct(backend.Workers, backend.Memory, x, packed.Layout, kernels);
        product.Add(
            packed, bias is null ? null : scope.From<float>(bias, [bias.Length]), y.OverwritePointer<float>(),
            packed.Outputs);
        product.Run();
        return y;
    }
}
