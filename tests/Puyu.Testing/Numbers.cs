using Puyu.Abstractions;

namespace Puyu.Testing;

/// <summary>Test data, and the error bounds that floating-point theory gives.</summary>
public static class Numbers
{
    /// <summary>Unit roundoff of float32: half the distance from 1 to the next number.</summary>
    private const double UnitRoundoff = 1.0 / (1 << 24);

    /// <summary>Numbers uniform in [−1, 1), the same for the same seed.</summary>
    public static float[] Uniform(int count, ulong seed)
    {
        var random = new CounterRandom(seed);
        float[] numbers = new float[count];
        for (int i = 0; i < count; i++)
        {
            numbers[i] = (2 * random.NextSingle()) - 1;
        }

        return numbers;
    }

    /// <summary>γₙ = n u / (1 − n u): relative error bound of a sum of n products (Higham 2002, § 3.1).</summary>
    public static double Gamma(int n) => n * UnitRoundoff / (1 - (n * UnitRoundoff));
}
