using Puyu.Tensors.Quantization;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Puyu.Models.Quantizing;

/// <summary>Rounds the weights of a matrix one input after the other and corrects those to come.</summary>
/// <remarks>
/// <code>
///   H = 2 Σ x xᵀ + λ I,  λ = damping · mean diag H,  H⁻¹ = Uᵀ U,  U upper triangular
///   e = (w_k − q_k) / U_kk;   w_j ← w_j − e U_kj  for j after k
/// </code>
/// Grids are those of the original weights, group by group of neighbours, so that the order of the inputs leaves no
/// trace in the file ("static groups"). Source: Frantar et al., GPTQ, 2022 (arXiv:2210.17323), algorithm 1.
/// </remarks>
internal sealed class GptqRounding
{
    /// <summary>Rows that go through the inputs together, so that a row of U is read once for all of them.</summary>
    private const int RowsTogether = 16;

    private readonly QuantScheme _scheme;
    private readonly int[] _order;
    private readonly float[] _upper;

    /// <param name="activations">The inputs of the maps to round, with their Gram matrix.</param>
    /// <param name="options">Scheme, damping and order.</param>
    public GptqRounding(Activations activations, QuantizerOptions options)
    {
        _scheme = options.Scheme;
        double[] hessian = activations.Hessian;
        Damp(hessian, activations.Inputs, options.Damping);
        _order = OrderOf(hessian, activations.Inputs, options.OrdersByActivation);
        _upper = InverseFactor(Permute(hessian, _order), activations.Inputs);
    }

    /// <summary>Rounds.</summary>
    /// <param name="weights">[outputs, inputs].</param>
    public QuantizedWeights Round(float[] weights)
    {
        int outputs = weights.Length / _order.Length;
        QuantizedWeights rounded = Rounding.Empty(outputs, _order.Length, _scheme);
        Parallel.For(0, (outputs + RowsTogether - 1) / RowsTogether, part =>
        {
            int first = part * RowsTogether;
            RoundRows(weights, (first, Math.Min(RowsTogether, outputs - first)), rounded);
        });
        return rounded;
    }

    /// <summary>U of H⁻¹ = Uᵀ U: with H = M Mᵀ, M upper triangular, it is M⁻¹.</summary>
    /// <param name="h">[n, n], symmetric positive definite; overwritten.</param>
    /// <param name="n">Its size.</param>
    /// <returns>[n, n]; below the diagonal 0.</returns>
    internal static float[] InverseFactor(double[] h, int n)
    {
        Factor(h, n);
        float[] inverse = new float[h.Length];
        Parallel.For(0, n, column =>
        {
            double[] u = new double[n];
            u[column] = 1 / h[(column * n) + column];
            for (int i = column - 1; i >= 0; i--)
            {
                ReadOnlySpan<double> row = h.AsSpan((i * n) + i + 1, column - i);
                u[i] = -TensorPrimitives.Dot(row, u.AsSpan(i + 1, column - i)) / h[(i * n) + i];
            }

            for (int i = 0; i <= column; i++)
            {
                inverse[(i * n) + column] = (float)u[i];
            }
        });
        return inverse;
    }

    /// <summary>Overwrites the upper half of H by M of H = M Mᵀ, from the last column to the first.</summary>
    private static void Factor(double[] h, int n)
    {
        for (int j = n - 1; j >= 0; j--)
        {
            int column = j;
            int behind = n - column - 1;
            double square = h[(column * n) + column]
                - TensorPrimitives.SumOfSquares<double>(h.AsSpan((column * n) + column + 1, behind));
            double pivot = Math.Sqrt(square);
            h[(column * n) + column] = pivot;
            Parallel.For(0, column, i =>
            {
                double dot = TensorPrimitives.Dot<double>(
                    h.AsSpan((i * n) + column + 1, behind), h.AsSpan((column * n) + column + 1, behind));
                h[(i * n) + column] = (h[(i * n) + column] - dot) / pivot;
            });
        }
    }

    /// <summary>Inputs that are always 0 get a diagonal all the same.</summary>
    private static void Damp(double[] hessian, int inputs, double damping)
    {
        double sum = 0;
        for (int k = 0; k < inputs; k++)
        {
            sum += hessian[(k * inputs) + k];
        }

        double added = sum > 0 ? damping * sum / inputs : 1;
        for (int k = 0; k < inputs; k++)
        {
            hessian[(k * inputs) + k] += added;
        }
    }

    private static int[] OrderOf(double[] hessian, int inputs, bool byActivation)
    {
        IEnumerable<int> natural = Enumerable.Range(0, inputs);
        return byActivation ? [.. natural.OrderByDescending(k => hessian[(k * inputs) + k])] : [.. natural];
    }

    private static double[] Permute(double[] matrix, int[] order)
    {
        int n = order.Length;
        double[] permuted = new double[matrix.Length];
        Parallel.For(0, n, i =>
        {
            for (int j = 0; j < n; j++)
            {
                permuted[(i * n) + j] = matrix[(order[i] * n) + order[j]];
            }
        });
        return permuted;
    }

    private void RoundRows(float[] weights, (int First, int Count) rows, QuantizedWeights rounded)
    {
        int inputs = _order.Length;
        CodeGrid[] grids = Grids(weights, rows, rounded);
        float[] w = new float[rows.Count * inputs];
        for (int i = 0; i < w.Length; i++)
        {
            w[i] = weights[((rows.First + (i / inputs)) * inputs) + _order[i % inputs]];
        }

        int groups = inputs / rounded.Scheme.GroupSize;
        for (int k = 0; k < inputs; k++)
        {
            ReadOnlySpan<float> u = _upper.AsSpan((k * inputs) + k, inputs - k);
            for (int row = 0; row < rows.Count; row++)
            {
                Span<float> rest = w.AsSpan((row * inputs) + k, inputs - k);
                CodeGrid grid = grids[(row * groups) + (_order[k] / rounded.Scheme.GroupSize)];
                byte code = grid.Round(rest[0]);
                rounded.Codes[((rows.First + row) * inputs) + _order[k]] = code;
                float error = (rest[0] - grid.Value(code)) / u[0];
                TensorPrimitives.MultiplyAdd(u, -error, rest, rest);
            }
        }
    }

    private static CodeGrid[] Grids(float[] weights, (int First, int Count) rows, QuantizedWeights rounded)
    {
        int size = rounded.Scheme.GroupSize;
        int groups = rounded.Inputs / size;
        var grids = new CodeGrid[rows.Count * groups];
        for (int i = 0; i < grids.Length; i++)
        {
            (int row, int group) = (rows.First + (i / groups), i % groups);
            grids[i] = CodeGrid.Of(weights.AsSpan((row * rounded.Inputs) + (group * size), size), rounded.Scheme);
            Rounding.SetGrid(rounded, row, group, grids[i]);
        }

        return grids;
    }
}
