namespace Puyu.Tensors;

/// <summary>Lookup of rows of an embedding table.</summary>
/// <remarks>
/// <para>For token t with id v = idₜ:</para>
/// <code>
///   yₜ  = W_v
///   dW_v += dyₜ,  in the order of t
/// </code>
/// </remarks>
internal static class EmbeddingReference
{
    /// <param name="weight">Table. Shape [V, D].</param>
    /// <param name="tokenIds">Rows to take. Shape [T].</param>
    /// <param name="y">Overwritten with the rows. Shape [T, D].</param>
    public static void Forward(ReadOnlySpan<double> weight, ReadOnlySpan<int> tokenIds, Span<double> y)
    {
        int d = tokenIds.Length == 0 ? 0 : y.Length / tokenIds.Length;
        for (int t = 0; t < tokenIds.Length; t++)
        {
            weight.Slice(tokenIds[t] * d, d).CopyTo(y.Slice(t * d, d));
        }
    }

    /// <param name="tokenIds">Rows that were taken. Shape [T].</param>
    /// <param name="dY">Gradient with respect to the output. Shape [T, D].</param>
    /// <param name="dWeight">Gradient with respect to the table, added to. Shape [V, D].</param>
    public static void Backward(ReadOnlySpan<int> tokenIds, ReadOnlySpan<double> dY, Span<double> dWeight)
    {
        int d = tokenIds.Length == 0 ? 0 : dY.Length / tokenIds.Length;
        for (int t = 0; t < tokenIds.Length; t++)
        {
            for (int i = 0; i < d; i++)
            {
                dWeight[(tokenIds[t] * d) + i] += dY[(t * d) + i];
            }
        }
    }
}
