using Puyu.Abstractions;
using Puyu.Tensors.Tests.Support;

namespace Puyu.Tensors.Tests.Ops;

public class DropoutTests
{
    [Theory]
    [MemberData(nameof(AllBackends.Names), MemberType = typeof(AllBackends))]
    public void ForwardAndBackward_MatchTheReference_ForEveryRemainder(string name)
    {
        using Backend backend = AllBackends.Create(name);
        var mask = new DropoutMask(0.3f, Seed: 0x123456789ABCDEF0, Stream: 0xFEDCBA9876543210);
        foreach (int length in (int[])[1, 7, 255, 256, 257, 70_003])
        {
            using Scope scope = backend.BeginRecording();
            Tensor x = Comparisons.Leaf(scope, [length], seed: 1);

            Tensor y = scope.Dropout(x, mask.Probability, mask.Seed, mask.Stream);

            double[] expected = new double[length];
            DropoutReference.Forward(Comparisons.Doubles(x.Span<float>()), mask, expected);
            Comparisons.AssertWithin(expected, y, i => Numbers.Gamma(2) * Math.Abs(expected[i]));
            double[] dY = Comparisons.Backward(scope, scope.Add(y, scope.Dropout(x, 0.3f, mask.Seed, mask.Stream)), seed: 2);
            double[] dX = new double[length];
            DropoutReference.Backward(dY, mask, dX);
            DropoutReference.Backward(dY, mask, dX);
            Comparisons.AssertWithin(dX, x.Gradient!, i => Numbers.Gamma(3) * Math.Abs(dX[i]));
        }
    }

    [Fact]
    public void Dropout_DropsTheShareAskedFor()
    {
        using var backend = new CpuBackend(threads: 2);
        using Scope scope = backend.BeginScope();
        const int Count = 200_000;
        Tensor x = scope.From<float>([.. Enumerable.Repeat(1f, Count)], [Count]);

        int dropped = scope.Dropout(x, 0.1f, seed: 1, stream: 2).Span<float>().ToArray().Count(y => y == 0);

        // Five standard deviations of the binomial distribution.
        Assert.Equal(0.1 * Count, dropped, 5 * Math.Sqrt(Count * 0.1 * 0.9));
    }

    [Fact]
    public void Dropout_KeepsEverything_AtProbabilityZero()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        float[] x = Numbers.Uniform(100, seed: 1);

        Assert.Equal(x, scope.Dropout(scope.From<float>(x, [100]), 0, seed: 1, stream: 1).Span<float>().ToArray());
    }

    [Fact]
    public void Dropout_DrawsAnotherMask_ForAnotherSeedOrStream()
    {
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        Tensor x = scope.From<float>(Numbers.Uniform(1000, seed: 1), [1000]);

        int[] one = Comparisons.Bits(scope.Dropout(x, 0.5f, seed: 1, stream: 1));

        Assert.Equal(one, Comparisons.Bits(scope.Dropout(x, 0.5f, seed: 1, stream: 1)));
        Assert.NotEqual(one, Comparisons.Bits(scope.Dropout(x, 0.5f, seed: 2, stream: 1)));
        Assert.NotEqual(one, Comparisons.Bits(scope.Dropout(x, 0.5f, seed: 1, stream: 2)));
    }

    [Fact]
    public unsafe void Philox_GivesTheDrawsOfTheCounterGenerator_AcrossTheCarry()
    {
        const int Blocks = 64;
        const ulong FirstBlock = (1ul << 32) - 8;
        uint[] draws = new uint[4 * Blocks];

        fixed (uint* pointer = draws)
        {
            PhiloxSimd.Fill(seed: 0xABCDEF0123456789, stream: 0x1122334455667788, FirstBlock, pointer, Blocks);
        }

        var random = new CounterRandom(seed: 0xABCDEF0123456789, stream: 0x1122334455667788) { Position = 4 * FirstBlock };
        Assert.All(draws, draw => Assert.Equal(random.NextUInt32(), draw));
    }

    [Fact]
    public void Dropout_DoesNotDependOnThreads()
    {
        Comparisons.AssertThreadsDoNotMatter(scope =>
            [scope.Dropout(Comparisons.Leaf(scope, [100_003], seed: 1), 0.5f, seed: 1, stream: 2)]);
    }

    [Fact]
    public void Reference_BackwardIsTheDerivativeOfForward()
    {
        var mask = new DropoutMask(0.5f, Seed: 3, Stream: 4);
        double[] x = FiniteDifferences.Uniform(9, seed: 1);
        double[] dY = FiniteDifferences.Uniform(9, seed: 2);
        double[] y = new double[9];
        double[] dX = new double[9];

        DropoutReference.Backward(dY, mask, dX);

        FiniteDifferences.AssertMatch(x, Loss, dX);

        double Loss()
        {
            DropoutReference.Forward(x, mask, y);
            return Comparisons.Dot(y, dY);
        }
    }

    [Theory]
    [InlineData(-0.1f)]
    [InlineData(1)]
    [InlineData(float.NaN)]
    public void Dropout_NamesTheProbabilityAtFault(float probability)
    {
        using var backend = new ReferenceBackend();
        using Scope scope = backend.BeginScope();

        ArgumentOutOfRangeException exception = Assert.Throws<ArgumentOutOfRangeException>(
            () => scope.Dropout(scope.Zeros([1]), probability, seed: 1, stream: 1));

        Assert.Contains("but must be in [0, 1)", exception.Message, StringComparison.Ordinal);
    }
}
