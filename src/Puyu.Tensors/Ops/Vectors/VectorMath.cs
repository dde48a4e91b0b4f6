using System.Numerics;
using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>The exponential and the logistic function of every lane.</summary>
internal static class VectorMath
{
    /// <summary>The smallest x whose eˣ is a normal number, and the largest for which 2ⁿ below is finite.</summary>
    private const float LowestExponent = -87.33654f;

    private const float HighestExponent = 88.37626f;

    /// <summary>1.5 · 2²³: adding it rounds to an integer, which then stands in the low bits.</summary>
    private const float RoundingShift = 12582912f;

    private const int RoundingShiftBits = 0x4B400000;

    /// <summary>
    /// eˣ within 2⁻²² of its value, relatively. Below −87.3 it is 0, above 88.3 it stays at e^88.3; NaN stays NaN.
    /// </summary>
    /// <remarks>
    /// <code>
    ///   n = round(x / ln 2),  r = x − n ln 2,  eˣ = 2ⁿ eʳ,  |r| ≤ ½ ln 2
    /// </code>
    /// ln 2 is subtracted in two parts, the first short enough that n times it is exact. The polynomial for eʳ is that of
    /// Moshier, Cephes Mathematical Library, expf, 1989.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Exp(Vector<float> x)
    {
        Vector<float> within = Vector.Min(Vector.Max(x, new Vector<float>(LowestExponent)), new Vector<float>(HighestExponent));
        Vector<float> shifted = Vector.MultiplyAddEstimate(
            within, new Vector<float>(1.44269504f), new Vector<float>(RoundingShift));
        Vector<float> n = shifted - new Vector<float>(RoundingShift);
        Vector<float> r = Vector.MultiplyAddEstimate(n, new Vector<float>(-0.693359375f), within);
        r = Vector.MultiplyAddEstimate(n, new Vector<float>(2.12194440e-4f), r);

        Vector<float> p = new(1.9875691500e-4f);
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(1.3981999507e-3f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(8.3334519073e-3f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(4.1665795894e-2f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(1.6666665459e-1f));
        p = Vector.MultiplyAddEstimate(p, r, new Vector<float>(5.0000001201e-1f));
        p = Vector.MultiplyAddEstimate(p, r * r, r) + Vector<float>.One;

        Vector<int> scale = Vector.ShiftLeft(Vector.AsVectorInt32(shifted) - new Vector<int>(RoundingShiftBits - 127), 23);
        Vector<float> result = p * Vector.AsVectorSingle(scale);
        return Vector.ConditionalSelect(
            Vector.LessThan(x, new Vector<float>(LowestExponent)), Vector<float>.Zero, result);
    }

    /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector<float> Sigmoid(Vector<float> x) => Vector<float>.One / (Vector<float>.One + Exp(-x));
}
