namespace Puyu.Tensors;

/// <summary>Rotation of pairs of elements by an angle that grows with the position.</summary>
/// <remarks>
/// For a position with cosines c and sines s, pair i being (x, x') (<see cref="RopePairing"/>):
/// <code>
///   y  = x cᵢ − x' sᵢ          dx  =  dy cᵢ + dy' sᵢ
///   y' = x' cᵢ + x sᵢ          dx' = −dy sᵢ + dy' cᵢ
/// </code>
/// Su, RoFormer, 2021, arXiv:2104.09864. Backward is the transpose: the same with the sines negated.
/// </remarks>
internal static class RopeReference
{
    /// <param name="x">[T, Width], rotated in place: query and key columns only.</param>
    /// <param name="positionIds">[T].</param>
    /// <param name="cosines">[positions, E/2].</param>
    /// <param name="sines">[positions, E/2]; negated by the caller for backward.</param>
    /// <param name="layout">Where the heads are.</param>
    /// <param name="pairing">Which elements form a pair.</param>
    public static void Rotate(
        Span<double> x, ReadOnlySpan<int> positionIds, ReadOnlySpan<double> cosines, ReadOnlySpan<double> sines,
        QkvLayout layout, RopePairing pairing)
    {
        int half = layout.HeadDim / 2;
        for (int t = 0; t < positionIds.Length; t++)
        {
            Span<double> row = x.Slice(t * layout.Width, layout.Width);
            ReadOnlySpan<double> c = cosines.Slice(positionIds[t] * half, half);
            ReadOnlySpan<double> s = sines.Slice(positionIds[t] * half, half);
            for (int head = 0; head < layout.Heads; head++)
            {
                RotateHead(row.Slice(layout.QueryColumn(head), layout.HeadDim), c, s, pairing);
            }

            for (int kvHead = 0; kvHead < layout.KvHeads; kvHead++)
            {
                RotateHead(row.Slice(layout.KeyColumn(kvHead), layout.HeadDim), c, s, pairing);
            }
        }
    }

    private static void RotateHead(Span<double> x, ReadOnlySpan<double> c, ReadOnlySpan<double> s, RopePairing pairing)
    {
        int half = x.Length / 2;
        for (int i = 0; i < half; i++)
        {
            (int first, int second) = pairing == RopePairing.HalfSplit ? (i, i + half) : (2 * i, (2 * i) + 1);
            (x[first], x[second]) = ((x[first] * c[i]) - (x[second] * s[i]), (x[second] * c[i]) + (x[first] * s[i]));
        }
    }
}
