namespace Puyu.Tensors;

/// <summary>The matrix product as its definition reads.</summary>
/// <remarks>
/// <code>
///   NN:  Cᵢⱼ = Σₖ Aᵢₖ Bₖⱼ        dA += dC · Bᵀ,  dB += Aᵀ · dC
///   NT:  Cᵢⱼ = Σₖ Aᵢₖ Bⱼₖ        dA += dC · B,   dB += dCᵀ · A
///   TN:  Cᵢⱼ = Σₖ Aₖᵢ Bₖⱼ        dA += B · dCᵀ,  dB += A · dC
/// </code>
/// </remarks>
internal static class MatMulReference
{
    /// <param name="a">A as stored, row-major.</param>
    /// <param name="b">B as stored, row-major.</param>
    /// <param name="c">C, added to. Shape [m, n].</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Length of the shared dimension.</param>
    /// <param name="form">Which operands are transposed.</param>
    public static void Accumulate(
        ReadOnlySpan<double> a, ReadOnlySpan<double> b, Span<double> c, int m, int n, int k, MatMulForm form)
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                double sum = c[(i * n) + j];
                for (int p = 0; p < k; p++)
                {
                    double aip = form == MatMulForm.TN ? a[(p * m) + i] : a[(i * k) + p];
                    double bpj = form == MatMulForm.NT ? b[(j * k) + p] : b[(p * n) + j];
                    sum += aip * bpj;
                }

                c[(i * n) + j] = sum;
            }
        }
    }

    /// <param name="a">A as stored.</param>
    /// <param name="b">B as stored.</param>
    /// <param name="dC">Gradient with respect to C. Shape [m, n].</param>
    /// <param name="dA">Added to, shaped as A.</param>
    /// <param name="dB">Added to, shaped as B.</param>
    /// <param name="m">Rows of C.</param>
    /// <param name="n">Columns of C.</param>
    /// <param name="k">Length of the shared dimension.</param>
    /// <param name="form">Which operands are transposed.</param>
    public static void Backward(
        ReadOnlySpan<double> a, ReadOnlySpan<double> b, ReadOnlySpan<double> dC, Span<double> dA, Span<double> dB,
        int m, int n, int k, MatMulForm form)
    {
        switch (form)
        {
            case MatMulForm.NN:
                Accumulate(dC, b, dA, m, k, n, MatMulForm.NT);
                Accumulate(a, dC, dB, k, n, m, MatMulForm.TN);
                break;
            case MatMulForm.NT:
                Accumulate(dC, b, dA, m, k, n, MatMulForm.NN);
                Accumulate(dC, a, dB, n, k, m, MatMulForm.TN);
                break;
            default:
                Accumulate(b, dC, dA, k, m, n, MatMulForm.NT);
                Accumulate(a, dC, dB, k, n, m, MatMulForm.NN);
                break;
        }
    }
}
