using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary><see cref="TileSoftmax"/> where keys are lanes: the same sums in the same order, hence bits.</summary>
internal static unsafe class DecodeSoftmax
{
    private const int Keys = AttentionTiles.Keys;

    /// <summary>One step of the online softmax for all queries of a group.</summary>
    /// <param name="scores">[queries, 64]: s, overwritten with p; zeros beyond the keys.</param>
    /// <param name="keys">Keys of the tile.</param>
    /// <param name="queries">Queries.</param>
    /// <param name="maximum">[queries up to a multiple of 16]: m, replaced by m'.</param>
    /// <param name="sum">The same: l, replaced by l'.</param>
    /// <param name="rescale">The same: overwritten with α.</param>
    /// <param name="tile">The same: scratch.</param>
    public static void Update<T>(
        float* scores, int keys, int queries, float* maximum, float* sum, float* rescale, float* tile)
        where T : struct, IFloatVector<T>
    {
        int lanes = AttentionTiles.RoundUp(queries, TileProduct.ColumnUnit);
        for (int query = 0; query < queries; query++)
        {
            float* s = scores + (query * Keys);
            new Span<float>(s + keys, Keys - keys).Fill(float.NegativeInfinity);
            tile[query] = Maximum<T>(s);
        }

        for (int lane = 0; lane < lanes; lane += T.Count)
        {
            T old = T.Load(maximum + lane);
            T m = T.MaxNative(old, T.Load(tile + lane));
            m.Store(maximum + lane);
            FloatVectorMath.Exp(old - m).Store(rescale + lane);
        }

        for (int query = 0; query < queries; query++)
        {
            tile[query] = Exponentials<T>(scores + (query * Keys), maximum[query]);
        }

        for (int lane = 0; lane < lanes; lane += T.Count)
        {
            T l = T.MultiplyAdd(T.Load(sum + lane), T.Load(rescale + lane), T.Load(tile + lane));
            l.Store(sum + lane);
        }
    }

    private static float Maximum<T>(float* s)
        where T : struct, IFloatVector<T>
    {
        float* sixteen = stackalloc float[16];
        for (int i = 0; i < 16; i += T.Count)
        {
            T first = T.MaxNative(T.Load(s + i), T.Load(s + i + 16));
            T second = T.MaxNative(T.Load(s + i + 32), T.Load(s + i + 48));
            T.MaxNative(first, second).Store(sixteen + i);
        }

        Float4Lanes four = Float4Lanes.MaxNative(
            Float4Lanes.MaxNative(Float4Lanes.Load(sixteen), Float4Lanes.Load(sixteen + 4)),
            Float4Lanes.MaxNative(Float4Lanes.Load(sixteen + 8), Float4Lanes.Load(sixteen + 12)));
        four.Store(sixteen);
        return MathF.Max(MathF.Max(sixteen[0], sixteen[1]), MathF.Max(sixteen[2], sixteen[3]));
    }

    /// <summary>s becomes p; their sum. e^−∞ is 0, so that what is beyond the keys counts nothing.</summary>
    private static float Exponentials<T>(float* s, float maximum)
        where T : struct, IFloatVector<T>
    {
        float* sixteen = stackalloc float[16];
        var m = T.Create(maximum);
        for (int i = 0; i < 16; i += T.Count)
        {
            T sum = Exponential(s + i, m) + Exponential(s + i + 16, m)
                + Exponential(s + i + 32, m) + Exponential(s + i + 48, m);
            sum.Store(sixteen + i);
        }

        Float4Lanes low = Float4Lanes.Load(sixteen) + Float4Lanes.Load(sixteen + 8);
        Float4Lanes high = Float4Lanes.Load(sixteen + 4) + Float4Lanes.Load(sixteen + 12);
        (low + high).Store(sixteen);
        return sixteen[0] + sixteen[2] + (sixteen[1] + sixteen[3]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Exponential<T>(float* s, T maximum)
        where T : struct, IFloatVector<T>
    {
        T p = FloatVectorMath.Exp(T.Load(s) - maximum);
        p.Store(s);
        return p;
    }
}
