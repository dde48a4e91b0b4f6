namespace Puyu.Tensors.Tests.Ops;

public class FloatVectorsTests
{
    [Fact]
    public void Exp_IsWithinTwoUlp_OnItsWholeRange()
    {
        double worst = 0;
        float worstAt = 0;
        for (int i = 0; i < 400_000; i++)
        {
            float x = -87.3f + (i * (176f / 400_000));
            float actual = Exp<Float16Lanes>(x);
            double expected = Math.Exp(x);
            double ulp = MathF.BitIncrement((float)expected) - (float)expected;
            if (Math.Abs(actual - expected) / ulp > worst)
            {
                (worst, worstAt) = (Math.Abs(actual - expected) / ulp, x);
            }
        }

        Assert.True(worst <= 2, $"exp({worstAt}) is {worst} ulp off");
    }

    [Fact]
    public void Exp_HasTheLimitsItPromises()
    {
        float[] x = [0, float.NegativeInfinity, -104.5f, -1000, 90, float.PositiveInfinity, float.NaN];

        float[] y = [.. x.Select(xi => Exp<Float16Lanes>(xi))];

        Assert.Equal([1, 0, 0, 0, float.PositiveInfinity, float.PositiveInfinity, float.NaN], y);
    }

    [Fact]
    public void Exp_GivesTheSameBits_AtEveryWidth()
    {
        float[] x = [.. Enumerable.Range(0, 4000).Select(i => -105 + (i * 0.05f))];

        float[] wide = [.. x.Select(xi => Exp<Float16Lanes>(xi))];

        Assert.Equal(wide, x.Select(xi => Exp<Float8Lanes>(xi)));
        Assert.Equal(wide, x.Select(xi => Exp<Float4Lanes>(xi)));
    }

    private static unsafe float Exp<T>(float x)
        where T : struct, IFloatVector<T>
    {
        float* y = stackalloc float[16];
        FloatVectorMath.Exp(T.Create(x)).Store(y);
        return y[T.Count - 1];
    }
}
