using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Puyu.Tensors;

/// <summary>Exponentials of a row of logits and their sum in one pass, in 512-bit vectors.</summary>
/// <remarks>
/// <code>
///   n = round(x / ln 2),  r = x − n ln 2,  exp(x) = 2ⁿ (1 + r + r² p(r))
/// </code>
/// p is of degree 5 with the coefficients of expf in Moshier's Cephes library; ln 2 is subtracted in two parts. The
/// relative error is below 2⁻²². Four chains of each pass hide the latency of the units. The row is padded to whole
/// vectors with −∞, whose exponential is 0.
/// </remarks>
internal static unsafe class CrossEntropyRow512
{
    private const int Lanes = 16;
    private const int Chains = 4;

    /// <summary>Below this the exponential is rounded to 0.</summary>
    private const float Lowest = -110;

    /// <param name="z">Logits, overwritten with exp(z − max), as is what follows up to a multiple of 16.</param>
    /// <param name="v">How many.</param>
    /// <param name="max">The largest logit.</param>
    /// <returns>The sum of the exponentials, NaN if any logit is.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Exponentiate(float* z, int v, out float max)
    {
        int padded = (v + Lanes - 1) / Lanes * Lanes;
        for (int i = v; i < padded; i++)
        {
            z[i] = float.NegativeInfinity;
        }

        max = Max(z, padded);
        Vector512<float> shift = Vector512.Create(max);
        Vector512<float> sum0 = default, sum1 = default, sum2 = default, sum3 = default;
        int at = 0;
        for (; at <= padded - (Chains * Lanes); at += Chains * Lanes)
        {
            sum0 += Exponentiate(z + at, shift);
            sum1 += Exponentiate(z + at + Lanes, shift);
            sum2 += Exponentiate(z + at + (2 * Lanes), shift);
            sum3 += Exponentiate(z + at + (3 * Lanes), shift);
        }

        for (; at < padded; at += Lanes)
        {
            sum0 += Exponentiate(z + at, shift);
        }

        return Vector512.Sum(sum0 + sum1 + (sum2 + sum3));
    }

    private static float Max(float* z, int padded)
    {
        Vector512<float> max0 = Vector512.Create(float.NegativeInfinity);
        Vector512<float> max1 = max0;
        int at = 0;
        for (; at <= padded - (2 * Lanes); at += 2 * Lanes)
        {
            max0 = Avx512F.Max(max0, Vector512.Load(z + at));
            max1 = Avx512F.Max(max1, Vector512.Load(z + at + Lanes));
        }

        if (at < padded)
        {
            max0 = Avx512F.Max(max0, Vector512.Load(z + at));
        }

        max0 = Avx512F.Max(max0, max1);
        float max = max0[0];
        for (int lane = 1; lane < Lanes; lane++)
        {
            max = Math.Max(max, max0[lane]);
        }

        return max;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Exponentiate(float* z, Vector512<float> shift)
    {
        // The second operand is what the instruction returns for NaN, so that NaN stays.
        Vector512<float> x = Avx512F.Max(Vector512.Create(Lowest), Vector512.Load(z) - shift);
        Vector512<float> n = Avx512F.RoundScale(x * Vector512.Create(1.44269504088896341f), 0);
        Vector512<float> r = Avx512F.FusedMultiplyAddNegated(n, Vector512.Create(0.693359375f), x);
        r = Avx512F.FusedMultiplyAddNegated(n, Vector512.Create(-2.12194440e-4f), r);
        Vector512<float> p = Vector512.Create(1.9875691500e-4f);
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(1.3981999507e-3f));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(8.3334519073e-3f));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(4.1665795894e-2f));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(1.6666665459e-1f));
        p = Avx512F.FusedMultiplyAdd(p, r, Vector512.Create(5.0000001201e-1f));
        p = Avx512F.FusedMultiplyAdd(p * r, r, r + Vector512<float>.One);
        Vector512<float> e = Avx512F.Scale(p, n);
        e.Store(z);
        return e;
    }
}
