using System.Runtime.Intrinsics;

namespace Puyu.Tensors.Tests.Ops;

public class VectorMathTests
{
    [Fact]
    public void Exp_IsWithinTwoUlp_OnItsWholeRange()
    {
        double worst = 0;
        float worstAt = 0;
        for (int i = 0; i < 400_000; i++)
        {
            float x = -87.3f + (i * (176f / 400_000));
            float actual = VectorMath.Exp(Vector512.Create(x))[0];
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

        float[] y = [.. x.Select(xi => VectorMath.Exp(Vector512.Create(xi))[0])];

        Assert.Equal([1, 0, 0, 0, float.PositiveInfinity, float.PositiveInfinity, float.NaN], y);
    }

    [Fact]
    public void Exp_GivesTheSameBits_AtEveryWidth()
    {
        float[] x = [.. Enumerable.Range(0, 4000).Select(i => -105 + (i * 0.05f))];

        float[] wide = [.. x.Select(xi => VectorMath.Exp(Vector512.Create(xi))[3])];

        Assert.Equal(wide, x.Select(xi => VectorMath.Exp(Vector256.Create(xi))[3]));
        Assert.Equal(wide, x.Select(xi => VectorMath.Exp(Vector128.Create(xi))[3]));
    }
}
