using System.Runtime.Intrinsics;

namespace Puyu.Tensors;

/// <summary>
/// The element-wise passes of attention over a tile of scores [keys, lanes], where a lane is a query. Everything is
/// vertical: maxima and sums run over the keys of a lane in order, so a lane's bits depend on nothing beside it.
/// </summary>
/// <remarks>Lanes are multiples of 16, rows of the tile are <see cref="AttentionTiles.Lanes"/> floats apart.</remarks>
internal static unsafe class TileSoftmax
{
    private const int Stride = AttentionTiles.Lanes;

    /// <summary>Puts −∞ where a key is beyond the position of its query.</summary>
    /// <param name="scores">[keys, lanes], changed.</param>
    /// <param name="keys">Keys of the tile.</param>
    /// <param name="lanes">Queries.</param>
    /// <param name="positions">[lanes], position of each query.</param>
    /// <param name="firstKey">Position of the first key.</param>
    public static void MaskFuture(float* scores, int keys, int lanes, float* positions, int firstKey)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            MaskFuture<Float16Lanes>(scores, keys, lanes, positions, firstKey);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            MaskFuture<Float8Lanes>(scores, keys, lanes, positions, firstKey);
        }
        else
        {
            MaskFuture<Float4Lanes>(scores, keys, lanes, positions, firstKey);
        }
    }

    private static void MaskFuture<T>(float* scores, int keys, int lanes, float* positions, int firstKey)
        where T : struct, IFloatVector<T>
    {
        T none = T.Create(float.NegativeInfinity);
        for (int j = 0; j < keys; j++)
        {
            T key = T.Create(firstKey + j);
            float* row = scores + (j * Stride);
            for (int lane = 0; lane < lanes; lane += T.Count)
            {
                T.WhereAtMost(key, T.Load(positions + lane), T.Load(row + lane), none).Store(row + lane);
            }
        }
    }

    /// <summary>One step of the online softmax.</summary>
    /// <remarks>
    /// <code>
    ///   m' = max(m, maxⱼ sⱼ),  α = e^(m − m'),  pⱼ = e^(sⱼ − m'),  l' = α l + Σⱼ pⱼ
    /// </code>
    /// The sum takes every 16th key together and then halves, as vectors of keys do where keys are lanes (<see
    /// cref="DecodeSoftmax"/>).
    /// </remarks>
    /// <param name="scores">[64, lanes]: s, overwritten with p; rows beyond the keys with zeros.</param>
    /// <param name="keys">Keys of the tile.</param>
    /// <param name="lanes">Queries.</param>
    /// <param name="maximum">[lanes]: m, replaced by m'.</param>
    /// <param name="sum">[lanes]: l, replaced by l'.</param>
    /// <param name="rescale">[lanes]: overwritten with α.</param>
    public static void Update(float* scores, int keys, int lanes, float* maximum, float* sum, float* rescale)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Update<Float16Lanes>(scores, keys, lanes, maximum, sum, rescale);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Update<Float8Lanes>(scores, keys, lanes, maximum, sum, rescale);
        }
        else
        {
            Update<Float4Lanes>(scores, keys, lanes, maximum, sum, rescale);
        }
    }

    private static void Update<T>(float* scores, int keys, int lanes, float* maximum, float* sum, float* rescale)
        where T : struct, IFloatVector<T>
    {
        for (int lane = 0; lane < lanes; lane += T.Count)
        {
            float* s = scores + lane;
            T old = T.Load(maximum + lane);
            T m = T.MaxNative(old, Maximum<T>(s, keys));
            T alpha = FloatVectorMath.Exp(old - m);
            for (int j = 0; j < AttentionTiles.Keys; j++)
            {
                T p = j < keys ? FloatVectorMath.Exp(T.Load(s + (j * Stride)) - m) : T.Create(0);
                p.Store(s + (j * Stride));
            }

            T l = Sum<T>(s);
            m.Store(maximum + lane);
            alpha.Store(rescale + lane);
            T.MultiplyAdd(T.Load(sum + lane), alpha, l).Store(sum + lane);
        }
    }

    /// <summary>Probabilities again and the gradient of the scores.</summary>
    /// <remarks>
    /// <code>
    ///   pⱼ = e^(sⱼ − L),  dsⱼ = pⱼ (dpⱼ − δ)
    /// </code>
    /// </remarks>
    /// <param name="scores">[keys, lanes]: s, overwritten with p.</param>
    /// <param name="dProbabilities">[keys, lanes]: dp, overwritten with ds.</param>
    /// <param name="keys">Keys of the tile.</param>
    /// <param name="lanes">Queries.</param>
    /// <param name="logSumExp">[lanes]: L.</param>
    /// <param name="delta">[lanes]: δ, the product of a row of the output with its gradient.</param>
    public static void Backward(
        float* scores, float* dProbabilities, int keys, int lanes, float* logSumExp, float* delta)
    {
        if (Vector512.IsHardwareAccelerated)
        {
            Backward<Float16Lanes>(scores, dProbabilities, keys, lanes, logSumExp, delta);
        }
        else if (Vector256.IsHardwareAccelerated)
        {
            Backward<Float8Lanes>(scores, dProbabilities, keys, lanes, logSumExp, delta);
        }
        else
        {
            Backward<Float4Lanes>(scores, dProbabilities, keys, lanes, logSumExp, delta);
        }
    }

    private static void Backward<T>(
        float* scores, float* dProbabilities, int keys, int lanes, float* logSumExp, float* delta)
        where T : struct, IFloatVector<T>
    {
        for (int lane = 0; lane < lanes; lane += T.Count)
        {
            T l = T.Load(logSumExp + lane);
            T d = T.Load(delta + lane);
            for (int j = 0; j < keys; j++)
            {
                float* s = scores + (j * Stride) + lane;
                float* dp = dProbabilities + (j * Stride) + lane;
                T p = FloatVectorMath.Exp(T.Load(s) - l);
                p.Store(s);
                (p * (T.Load(dp) - d)).Store(dp);
            }
        }
    }

    private static T Sum<T>(float* p)
        where T : struct, IFloatVector<T>
    {
        T even = Eighth<T>(p, 0) + Eighth<T>(p, 4) + (Eighth<T>(p, 2) + Eighth<T>(p, 6));
        T odd = Eighth<T>(p, 1) + Eighth<T>(p, 5) + (Eighth<T>(p, 3) + Eighth<T>(p, 7));
        return even + odd;
    }

    private static T Eighth<T>(float* p, int key)
        where T : struct, IFloatVector<T> => Sixteenth<T>(p, key) + Sixteenth<T>(p, key + 8);

    private static T Sixteenth<T>(float* p, int key)
        where T : struct, IFloatVector<T> =>
        T.Load(p + (key * Stride)) + T.Load(p + ((key + 16) * Stride))
        + T.Load(p + ((key + 32) * Stride)) + T.Load(p + ((key + 48) * Stride));

    private static T Maximum<T>(float* s, int keys)
        where T : struct, IFloatVector<T>
    {
        // Four chains, since one would wait for the latency of every maximum. The maximum is exact in any order.
        T m0 = T.Load(s);
        (T m1, T m2, T m3) = (m0, m0, m0);
        int j = 1;
        for (; j <= keys - 4; j += 4)
        {
            m0 = T.MaxNative(m0, T.Load(s + (j * Stride)));
            m1 = T.MaxNative(m1, T.Load(s + ((j + 1) * Stride)));
            m2 = T.MaxNative(m2, T.Load(s + ((j + 2) * Stride)));
            m3 = T.MaxNative(m3, T.Load(s + ((j + 3) * Stride)));
        }

        for (; j < keys; j++)
        {
            m0 = T.MaxNative(m0, T.Load(s + (j * Stride)));
        }

        return T.MaxNative(T.MaxNative(m0, m1), T.MaxNative(m2, m3));
    }
}
