using System.Numerics;

namespace Puyu.Tensors.Tests.Ops;

public class VectorMathTests
{
    [Fact]
    public void Exp_IsWithinTwoToTheMinus22()
    {
        int lanes = Vector<float>.Count;
        float[] x = new float[lanes];
        for (float first = -87.3f; first < 88.3f; first += 0.01f)
        {
            for (int lane = 0; lane < lanes; lane++)
            {
                x[lane] = first + (0.01f * lane / lanes);
            }

            Vector<float> y = VectorMath.Exp(new Vector<float>(x));

            for (int lane = 0; lane < lanes; lane++)
            {
                double expected = Math.Exp(x[lane]);
                Assert.True(
                    Math.Abs(y[lane] - expected) <= Math.ScaleB(expected, -22), $"exp({x[lane]:r}) gave {y[lane]:r}");
            }
        }
    }

    [Fact]
    public void Exp_HandlesTheLimits()
    {
        Assert.Equal(1, Exp(0));
        Assert.Equal(0, Exp(float.NegativeInfinity));
        Assert.Equal(0, Exp(-1000));
        Assert.True(float.IsNaN(Exp(float.NaN)));
        Assert.Equal(Math.Exp(88.37626f), Exp(float.PositiveInfinity), 6e31);

        static float Exp(float x) => VectorMath.Exp(new Vector<float>(x))[0];
    }
}
