namespace Puyu.Tensors;

/// <summary>Causal attention with grouped queries.</summary>
/// <remarks>
/// For query head h of row t and its key-value head g = h / (H / K), j running over the rows of the sequence up to t:
/// <code>
///   sⱼ = qₜ·kⱼ / √E          Lₜ = ln Σⱼ e^sⱼ
///   pⱼ = e^(sⱼ − Lₜ)         yₜ = Σⱼ pⱼ vⱼ
///
///   δₜ = yₜ·dyₜ              dsⱼ = pⱼ (dyₜ·vⱼ − δₜ)
///   dqₜ += Σⱼ dsⱼ kⱼ / √E    dkⱼ += dsⱼ qₜ / √E    dvⱼ += pⱼ dyₜ
/// </code>
/// Vaswani 2017, arXiv:1706.03762; Ainslie 2023 (groups), arXiv:2305.13245; Dao 2022 (L and δ), arXiv:2205.14135.
/// </remarks>
internal static class AttentionReference
{
    /// <param name="qkv">[T, Width].</param>
    /// <param name="cuSeqLens">[S + 1].</param>
    /// <param name="layout">Where the heads are.</param>
    /// <param name="y">[T, H·E], overwritten.</param>
    /// <param name="logSumExp">[H, T]: L, overwritten.</param>
    public static void Forward(
        ReadOnlySpan<double> qkv, ReadOnlySpan<int> cuSeqLens, QkvLayout layout, Span<double> y, Span<double> logSumExp)
    {
        int rows = cuSeqLens[^1];
        for (int s = 0; s < cuSeqLens.Length - 1; s++)
        {
            for (int t = cuSeqLens[s]; t < cuSeqLens[s + 1]; t++)
            {
                for (int h = 0; h < layout.Heads; h++)
                {
                    int g = h / layout.GroupSize;
                    ReadOnlySpan<double> query = At(qkv, t, layout.QueryColumn(h), layout);
                    double[] scores = new double[t - cuSeqLens[s] + 1];
                    for (int j = 0; j < scores.Length; j++)
                    {
                        ReadOnlySpan<double> key = At(qkv, cuSeqLens[s] + j, layout.KeyColumn(g), layout);
                        scores[j] = Dot(query, key) / Math.Sqrt(layout.HeadDim);
                    }

                    double max = scores.Max();
                    double l = max + Math.Log(scores.Sum(score => Math.Exp(score - max)));
                    logSumExp[(h * rows) + t] = l;
                    Span<double> yRow = y.Slice(((t * layout.Heads) + h) * layout.HeadDim, layout.HeadDim);
                    yRow.Clear();
                    for (int j = 0; j < scores.Length; j++)
                    {
                        AddScaled(
                            Math.Exp(scores[j] - l), At(qkv, cuSeqLens[s] + j, layout.ValueColumn(g), layout), yRow);
                    }
                }
            }
        }
    }

    /// <param name="qkv">[T, Width].</param>
    /// <param name="cuSeqLens">[S + 1].</param>
    /// <param name="layout">Where the heads are.</param>
    /// <param name="y">[T, H·E], result of forward.</param>
    /// <param name="logSumExp">[H, T]: L, result of forward.</param>
    /// <param name="dY">[T, H·E].</param>
    /// <param name="dQkv">[T, Width], added to.</param>
    public static void Backward(
        ReadOnlySpan<double> qkv, ReadOnlySpan<int> cuSeqLens, QkvLayout layout, ReadOnlySpan<double> y,
        ReadOnlySpan<double> logSumExp, ReadOnlySpan<double> dY, Span<double> dQkv)
    {
        int rows = cuSeqLens[^1];
        double scale = 1 / Math.Sqrt(layout.HeadDim);
        for (int s = 0; s < cuSeqLens.Length - 1; s++)
        {
            for (int t = cuSeqLens[s]; t < cuSeqLens[s + 1]; t++)
            {
                for (int h = 0; h < layout.Heads; h++)
                {
                    int g = h / layout.GroupSize;
                    int output = ((t * layout.Heads) + h) * layout.HeadDim;
                    ReadOnlySpan<double> dYRow = dY.Slice(output, layout.HeadDim);
                    ReadOnlySpan<double> query = At(qkv, t, layout.QueryColumn(h), layout);
                    double delta = Dot(y.Slice(output, layout.HeadDim), dYRow);
                    for (int j = cuSeqLens[s]; j <= t; j++)
                    {
                        ReadOnlySpan<double> key = At(qkv, j, layout.KeyColumn(g), layout);
                        double p = Math.Exp((Dot(query, key) * scale) - logSumExp[(h * rows) + t]);
                        double dS = p * (Dot(dYRow, At(qkv, j, layout.ValueColumn(g), layout)) - delta);
                        AddScaled(dS * scale, key, At(dQkv, t, layout.QueryColumn(h), layout));
                        AddScaled(dS * scale, query, At(dQkv, j, layout.KeyColumn(g), layout));
                        AddScaled(p, dYRow, At(dQkv, j, layout.ValueColumn(g), layout));
                    }
                }
            }
        }
    }

    private static ReadOnlySpan<double> At(ReadOnlySpan<double> qkv, int row, int column, QkvLayout layout) =>
        qkv.Slice((row * layout.Width) + column, layout.HeadDim);

    private static Span<double> At(Span<double> qkv, int row, int column, QkvLayout layout) =>
        qkv.Slice((row * layout.Width) + column, layout.HeadDim);

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (int e = 0; e < a.Length; e++)
        {
            sum += a[e] * b[e];
        }

        return sum;
    }

    private static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> sum)
    {
        for (int e = 0; e < x.Length; e++)
        {
            sum[e] += factor * x[e];
        }
    }
}
