namespace Puyu.Tensors.Tests.Support;

/// <summary>Compares results of a backend with those of a reference in double precision.</summary>
internal static class Comparisons
{
    /// <summary>The same numbers as doubles.</summary>
    public static double[] Doubles(ReadOnlySpan<float> numbers)
    {
        double[] doubles = new double[numbers.Length];
        for (int i = 0; i < doubles.Length; i++)
        {
            doubles[i] = numbers[i];
        }

        return doubles;
    }

    /// <summary>Asserts that every element is within its bound.</summary>
    /// <param name="expected">By the reference.</param>
    /// <param name="actual">By a backend, F32.</param>
    /// <param name="bound">Allowed distance of element i.</param>
    public static void AssertWithin(ReadOnlySpan<double> expected, Tensor actual, Func<int, double> bound)
    {
        Assert.Equal(expected.Length, actual.Count);
        ReadOnlySpan<float> elements = actual.Span<float>();
        for (int i = 0; i < elements.Length; i++)
        {
            Assert.True(
                Math.Abs(expected[i] - elements[i]) <= bound(i),
                $"element {i} is {elements[i]:r} but should be within {bound(i):g3} of {expected[i]:r}");
        }
    }

    /// <summary>Asserts that a computation gives the same bits with one and with three threads.</summary>
    /// <param name="compute">Returns the tensors to compare, made on the given backend.</param>
    public static void AssertThreadsDoNotMatter(Func<Scope, Tensor[]> compute)
    {
        using var one = new CpuBackend(threads: 1);
        using var three = new CpuBackend(threads: 3);
        using Scope scopeOfOne = one.BeginRecording();
        using Scope scopeOfThree = three.BeginRecording();

        Tensor[] ofOne = compute(scopeOfOne);
        Tensor[] ofThree = compute(scopeOfThree);

        Assert.All(ofOne.Zip(ofThree), pair => Assert.True(Bits(pair.First).SequenceEqual(Bits(pair.Second))));
    }

    /// <summary>The bits of an F32 tensor, so that NaN equals itself and zeros keep their sign.</summary>
    public static int[] Bits(Tensor x) => [.. x.Span<float>().ToArray().Select(BitConverter.SingleToInt32Bits)];

    /// <summary>A tensor of uniform numbers that requires a gradient.</summary>
    public static Tensor Leaf(Scope scope, Shape shape, ulong seed)
    {
        Tensor x = scope.From<float>(Numbers.Uniform((int)shape.Count, seed), shape);
        x.RequiresGradient = true;
        return x;
    }

    /// <summary>Runs backward from <paramref name="y"/> with uniform numbers as its gradient, and returns them.</summary>
    public static double[] Backward(Scope scope, Tensor y, ulong seed)
    {
        float[] dY = Numbers.Uniform((int)y.Count, seed);
        scope.Backward(y, scope.From<float>(dY, y.Shape));
        return Doubles(dY);
    }

    /// <summary>Σ yᵢ dyᵢ: the loss whose gradient with respect to y is dy.</summary>
    public static double Dot(ReadOnlySpan<double> y, ReadOnlySpan<double> dY)
    {
        double sum = 0;
        for (int i = 0; i < y.Length; i++)
        {
            sum += y[i] * dY[i];
        }

        return sum;
    }
}
