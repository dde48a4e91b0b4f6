using Puyu.Tensors.Memory;
using Puyu.Tensors.Threads;

namespace Puyu.Tensors.Tests.Ops;

public sealed unsafe class GemmTests : IDisposable
{
    private readonly Workers _one = new(1);
    private readonly Workers _three = new(3);
    private readonly MemoryPool _memory = new(NativeBlocks.Reserve, static (block, _) => NativeBlocks.Release(block));

    public static TheoryData<string, MatMulForm> KernelsAndForms
    {
        get
        {
            var data = new TheoryData<string, MatMulForm>();
            foreach (GemmKernels kernels in GemmKernels.Supported())
            {
                foreach (MatMulForm form in Enum.GetValues<MatMulForm>())
                {
                    data.Add(kernels.Name, form);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(KernelsAndForms))]
    public void Multiply_MatchesReference_ForEveryRemainder(string kernels, MatMulForm form)
    {
        foreach (int m in (int[])[1, 2, 3, 5, 11, 12, 13, 25])
        {
            foreach (int n in (int[])[1, 4, 15, 16, 17, 31, 32, 33, 70])
            {
                foreach (int k in (int[])[1, 3, 15, 16, 17, 40])
                {
                    AssertMatchesReference(kernels, form, m, n, k, DType.F32, DType.F32, adds: (m + n) % 2 == 0);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(KernelsAndForms))]
    public void Multiply_MatchesReference_AcrossBlocks(string kernels, MatMulForm form)
    {
        AssertMatchesReference(kernels, form, 40, 800, 530, DType.F32, DType.F32, adds: true);
        AssertMatchesReference(kernels, form, 1, 100, 1030, DType.F32, DType.F32, adds: false);
        AssertMatchesReference(kernels, form, 4100, 7, 3, DType.F32, DType.F32, adds: false);
    }

    [Theory]
    [MemberData(nameof(KernelsAndForms))]
    public void Multiply_WidensHalfStorageExactly(string kernels, MatMulForm form)
    {
        foreach (DType dtype in (DType[])[DType.BF16, DType.F16])
        {
            AssertMatchesReference(kernels, form, 13, 37, 45, dtype, dtype, adds: false);
            AssertMatchesReference(kernels, form, 26, 65, 9, DType.F32, dtype, adds: true);
            AssertMatchesReference(kernels, form, 3, 33, 16, dtype, DType.F32, adds: false);
        }
    }

    [Theory]
    [MemberData(nameof(KernelsAndForms))]
    public void Multiply_GivesTheSameBits_ForEveryNumberOfThreads(string kernels, MatMulForm form)
    {
        const int M = 37;
        const int N = 450;
        const int K = 600;
        float[] a = Numbers.Uniform(M * K, seed: 1);
        float[] b = Numbers.Uniform(N * K, seed: 2);

        float[] one = Multiply(_one, kernels, form, M, N, K, a, b);
        float[] three = Multiply(_three, kernels, form, M, N, K, a, b);

        Assert.Equal(one, three);
    }

    [Theory]
    [MemberData(nameof(KernelsAndForms))]
    public void Multiply_GivesARowTheSameBits_WhateverRowsAccompanyIt(string kernels, MatMulForm form)
    {
        if (form == MatMulForm.TN)
        {
            return;
        }

        const int N = 100;
        const int K = 700;
        float[] a = Numbers.Uniform(50 * K, seed: 1);
        float[] b = Numbers.Uniform(N * K, seed: 2);
        float[] all = Multiply(_three, kernels, form, 50, N, K, a, b);

        foreach (int rows in (int[])[1, 2, 7, 12, 13, 24, 49])
        {
            int first = 50 - rows;
            float[] some = Multiply(_one, kernels, form, rows, N, K, a[(first * K)..], b);

            Assert.Equal(all[(first * N)..], some);
        }
    }

    [Theory]
    [InlineData(MatMulForm.NN)]
    [InlineData(MatMulForm.NT)]
    [InlineData(MatMulForm.TN)]
    public void Kernels_GiveTheSameBits(MatMulForm form)
    {
        const int M = 29;
        const int N = 71;
        const int K = 530;
        float[] a = Numbers.Uniform(M * K, seed: 1);
        float[] b = Numbers.Uniform(N * K, seed: 2);
        float[] expected = Multiply(_one, GemmKernels.Best.Name, form, M, N, K, a, b);

        Assert.All(
            GemmKernels.Supported(),
            kernels => Assert.Equal(expected, Multiply(_three, kernels.Name, form, M, N, K, a, b)));
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Multiply_WidensEveryNumber(DType dtype)
    {
        // Each of the 65,536 stored numbers times 1: infinities and subnormals too; NaN as NaN.
        ushort[] bits = [.. Enumerable.Range(0, 1 << 16).Select(i => (ushort)i)];
        float[] expected = Array.ConvertAll(
            bits, x => dtype == DType.F16 ? (float)BitConverter.UInt16BitsToHalf(x) : (float)new BFloat16(x));

        foreach (GemmKernels kernels in GemmKernels.Supported())
        {
            float[] c = new float[bits.Length];
            float one = 1;
            fixed (ushort* b = bits)
            fixed (float* cp = c)
            {
                var problem = new GemmProblem(&one, (float*)b, cp, 1, bits.Length, 1, MatMulForm.NN) { BType = dtype };
                Gemm.Multiply(_one, _memory, problem, kernels);
            }

            Assert.Equal(expected, c);
        }
    }

    [Fact]
    public void Multiply_LeavesWhatIsBetweenTheRowsOfC()
    {
        const int M = 13;
        const int N = 33;
        const int K = 5;
        const int Ldc = 40;
        float[] a = Numbers.Uniform(M * K, seed: 1);
        float[] b = Numbers.Uniform(N * K, seed: 2);
        float[] c = new float[M * Ldc];
        fixed (float* ap = a, bp = b, cp = c)
        {
            Gemm.Multiply(_one, _memory, new GemmProblem(ap, bp, cp, M, N, K, MatMulForm.NT) { Ldc = Ldc });
        }

        float[] contiguous = Multiply(_one, GemmKernels.Best.Name, MatMulForm.NT, M, N, K, a, b);
        for (int row = 0; row < M; row++)
        {
            Assert.Equal(contiguous[(row * N)..((row + 1) * N)], c[(row * Ldc)..((row * Ldc) + N)]);
            Assert.All(c[((row * Ldc) + N)..((row + 1) * Ldc)], between => Assert.Equal(0, between));
        }
    }

    [Theory]
    [InlineData(MatMulForm.NN)]
    [InlineData(MatMulForm.NT)]
    [InlineData(MatMulForm.TN)]
    public void Serial_GivesTheBitsOfMultiply(MatMulForm form)
    {
        const int M = 30;
        const int N = 70;
        const int K = 550;
        float[] a = Numbers.Uniform(M * K, seed: 1);
        float[] b = Numbers.Uniform(N * K, seed: 2);
        float[] c = new float[M * N];
        Storage scratch = _memory.Rent(Gemm.SerialFloats(M, K) * sizeof(float));
        fixed (float* ap = a, bp = b, cp = c)
        {
            Gemm.Serial(new GemmProblem(ap, bp, cp, M, N, K, form), (float*)scratch.Pointer);
        }

        Assert.Equal(Multiply(_three, GemmKernels.Best.Name, form, M, N, K, a, b), c);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Multiply_OfNothing_GivesZerosOrKeepsC(bool adds)
    {
        float[] c = [1, 2, 3, 4, 5, 6];
        float nothing = 0;
        fixed (float* cp = c)
        {
            Gemm.Multiply(_one, _memory, new GemmProblem(&nothing, &nothing, cp, 2, 3, k: 0, MatMulForm.NN, adds));
        }

        Assert.Equal(adds ? [1, 2, 3, 4, 5, 6] : new float[6], c);
    }

    public void Dispose()
    {
        _one.Dispose();
        _three.Dispose();
        _memory.Trim();
    }

    private float[] Multiply(
        Workers workers, string kernels, MatMulForm form, int m, int n, int k, float[] a, float[] b)
    {
        float[] c = new float[m * n];
        fixed (float* ap = a, bp = b, cp = c)
        {
            Gemm.Multiply(workers, _memory, new GemmProblem(ap, bp, cp, m, n, k, form), Named(kernels));
        }

        return c;
    }

    /// <summary>
    /// The bound is γ of K products, and two more roundings for the sum of blocks and the addition to C, on the sum of
    /// magnitudes; widening from 16 bits is exact.
    /// </summary>
    private void AssertMatchesReference(
        string kernels, MatMulForm form, int m, int n, int k, DType aType, DType bType, bool adds)
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();
        Tensor a = Stored(scope, Numbers.Uniform(m * k, seed: 1), aType);
        Tensor b = Stored(scope, Numbers.Uniform(n * k, seed: 2), bType);
        float[] c = Numbers.Uniform(m * n, seed: 3);
        double[] expected = new double[m * n];
        double[] magnitudes = new double[m * n];
        if (adds)
        {
            c.Select(value => (double)value).ToArray().CopyTo(expected, 0);
            c.Select(value => (double)Math.Abs(value)).ToArray().CopyTo(magnitudes, 0);
        }

        double[] aDoubles = ReferenceBackend.Doubles(a);
        double[] bDoubles = ReferenceBackend.Doubles(b);
        MatMulReference.Accumulate(aDoubles, bDoubles, expected, m, n, k, form);
        MatMulReference.Accumulate(
            [.. aDoubles.Select(Math.Abs)], [.. bDoubles.Select(Math.Abs)], magnitudes, m, n, k, form);

        fixed (float* cp = c)
        {
            var problem = new GemmProblem(a.Pointer<float>(), b.Pointer<float>(), cp, m, n, k, form, adds)
            {
                AType = aType,
                BType = bType,
            };
            Gemm.Multiply(_three, _memory, problem, Named(kernels));
        }

        for (int i = 0; i < c.Length; i++)
        {
            Assert.True(
                Math.Abs(c[i] - expected[i]) <= Numbers.Gamma(k + 2) * magnitudes[i],
                $"{kernels} {form} {m} × {n} × {k}: element {i} is {c[i]} but must be {expected[i]}");
        }
    }

    private static Tensor Stored(Scope scope, float[] values, DType dtype) => dtype switch
    {
        DType.BF16 => scope.From<BFloat16>(Array.ConvertAll(values, value => (BFloat16)value), [values.Length]),
        DType.F16 => scope.From<Half>(Array.ConvertAll(values, value => (Half)value), [values.Length]),
        _ => scope.From<float>(values, [values.Length]),
    };

    private static GemmKernels Named(string name) => GemmKernels.Supported().Single(kernels => kernels.Name == name);
}
