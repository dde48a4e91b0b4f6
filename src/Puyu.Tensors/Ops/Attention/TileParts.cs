using System.Runtime.Intrinsics;

namespace Puyu.Tensors;

/// <summary>
/// Combines what attention gives for parts of the keys (<see cref="AttentionTiles.PartKeys"/>). Element by element, so
/// that the bits do not depend on how results lie in memory or on the width of the vectors.
/// </summary>
/// <remarks>
/// A part has a maximum m of its scores, the sum l = Σⱼ e^(sⱼ − m) and o = Σⱼ e^(sⱼ − m) vⱼ. Of all parts so far (M, L,
/// O) and the next one:
/// <code>
///   M' = max(M, m),  a = e^(M − M'),  b = e^(m − M'),  L' = a L + b l,  O' = a O + b o
/// </code>
/// </remarks>
internal static unsafe class TileParts
{
    /// <summary>Maxima, sums and factors.</summary>
    /// <param name="lanes">Queries, a multiple of 16.</param>
    /// <param name="maxima">[lanes]: M, replaced by M'.</param>
    /// <param name="sums">[lanes]: L, replaced by L'.</param>
    /// <param name="maximum">[lanes]: m.</param>
    /// <param name="sum">[lanes]: l.</param>
    /// <param name="factors">[2, lanes]: a and b, overwritten.</param>
    public static void Combine(int lanes, float* maxima, float* sums, float* maximum, float* sum, float* factors)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Combine<Float16Lanes>(lanes, maxima, sums, maximum, sum, factors);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Combine<Float8Lanes>(lanes, maxima, sums, maximum, sum, factors);
        }
        else
        {
            Combine<Float4Lanes>(lanes, maxima, sums, maximum, sum, factors);
        }
    }

    /// <summary>O' where queries are lanes.</summary>
    /// <param name="rows">Elements of a result.</param>
    /// <param name="lanes">Queries, a multiple of 16.</param>
    /// <param name="outputs">Rows <see cref="AttentionTiles.Lanes"/> floats apart: O, replaced by O'.</param>
    /// <param name="output">The same: o.</param>
    /// <param name="factors">[2, lanes].</param>
    public static void CombineAcross(int rows, int lanes, float* outputs, float* output, float* factors)
    {
        for (int row = 0; row < rows; row++)
        {
            int first = row * AttentionTiles.Lanes;
            for (int lane = 0; lane < lanes; lane += Float4Lanes.Count)
            {
                Weigh(
                    outputs + first + lane, output + first + lane, Float4Lanes.Load(factors + lane),
                    Float4Lanes.Load(factors + lanes + lane));
            }
        }
    }

    /// <summary>O' of one query, in a row.</summary>
    /// <param name="length">Elements, a multiple of 16.</param>
    /// <param name="outputs">[length]: O, replaced by O'.</param>
    /// <param name="output">[length]: o.</param>
    /// <param name="a">Factor of O.</param>
    /// <param name="b">Factor of o.</param>
    public static void CombineRow(int length, float* outputs, float* output, float a, float b)
    {
        var factorA = Float4Lanes.Create(a);
        var factorB = Float4Lanes.Create(b);
        for (int e = 0; e < length; e += Float4Lanes.Count)
        {
            Weigh(outputs + e, output + e, factorA, factorB);
        }
    }

    private static void Combine<T>(
        int lanes, float* maxima, float* sums, float* maximum, float* sum, float* factors)
        where T : struct, IFloatVector<T>
    {
        for (int lane = 0; lane < lanes; lane += T.Count)
        {
            T old = T.Load(maxima + lane);
            T next = T.Load(maximum + lane);
            T m = T.MaxNative(old, next);
            T a = FloatVectorMath.Exp(old - m);
            T b = FloatVectorMath.Exp(next - m);
            m.Store(maxima + lane);
            T.MultiplyAdd(T.Load(sums + lane), a, T.Load(sum + lane) * b).Store(sums + lane);
            a.Store(factors + lane);
            b.Store(factors + lanes + lane);
        }
    }

    private static void Weigh(float* outputs, float* output, Float4Lanes a, Float4Lanes b) =>
        Float4Lanes.MultiplyAdd(Float4Lanes.Load(outputs), a, Float4Lanes.Load(output) * b).Store(outputs);
}
