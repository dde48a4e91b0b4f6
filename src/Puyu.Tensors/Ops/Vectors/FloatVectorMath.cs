using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>Elementary functions of vectors of floats of any width.</summary>
internal static class FloatVectorMath
{
    // ln 2 in two parts, of which the first has 9 bits so that its product with n is exact even without FMA.
    private const float Ln2High = 0.693359375f;
    private const float Ln2Low = -2.12194440e-4f;
    private const float Log2E = 1.44269504f;

    /// <summary>eˣ, at most 2 ulp off; exactly 1 at 0, 0 at −∞ and below −104, ∞ above 89; NaN stays NaN.</summary>
    /// <remarks>
    /// <code>
    ///   n = round(x / ln 2),  r = x − n ln 2,  eˣ = 2ⁿ (1 + r + r² P(r))
    /// </code>
    /// P is Moshier's polynomial of degree 5 (Cephes, expf). Results below 2⁻¹²⁶ are rounded once, to subnormals.
    /// </remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Exp<T>(T x)
        where T : struct, IFloatVector<T>
    {
        x = T.MinNative(T.Create(89), T.MaxNative(T.Create(-104), x));
        T n = T.Round(x * T.Create(Log2E));
        T r = T.MultiplyAdd(n, T.Create(-Ln2High), x);
        r = T.MultiplyAdd(n, T.Create(-Ln2Low), r);
        T p = T.Create(1.9875691500e-4f);
        p = T.MultiplyAdd(p, r, T.Create(1.3981999507e-3f));
        p = T.MultiplyAdd(p, r, T.Create(8.3334519073e-3f));
        p = T.MultiplyAdd(p, r, T.Create(4.1665795894e-2f));
        p = T.MultiplyAdd(p, r, T.Create(1.6666665459e-1f));
        p = T.MultiplyAdd(p, r, T.Create(5.0000001201e-1f));
        p = T.MultiplyAdd(p, r * r, r) + T.Create(1);
        return T.Scale(p, n);
    }

    /// <summary>The logistic function 1 / (1 + e⁻ˣ).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static T Sigmoid<T>(T x)
        where T : struct, IFloatVector<T>
    {
        return T.Create(1) / (T.Create(1) + Exp(T.Create(0) - x));
    }
}
