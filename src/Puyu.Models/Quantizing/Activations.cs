using Puyu.Tensors;

namespace Puyu.Models.Quantizing;

/// <summary>What is kept of the inputs of a stage: mean magnitudes, some rows, and for GPTQ a Gram matrix.</summary>
internal sealed class Activations
{
    /// <summary>Rows that are kept to compare outputs on.</summary>
    private const int MaxRows = 512;

    private readonly double[] _magnitudes;
    private readonly double[]? _gram;
    private readonly int _stride;
    private readonly List<float> _rows = [];
    private int _tokens;

    /// <param name="inputs">K.</param>
    /// <param name="tokens">How many rows will be added.</param>
    /// <param name="keepsGram">Whether the Gram matrix is wanted.</param>
    public Activations(int inputs, int tokens, bool keepsGram)
    {
        Inputs = inputs;
        _magnitudes = new double[inputs];
        _gram = keepsGram ? new double[checked(inputs * inputs)] : null;
        _stride = Math.Max(1, tokens / MaxRows);
    }

    /// <summary>K.</summary>
    public int Inputs { get; }

    /// <summary>Mean |x| of each input.</summary>
    public float[] Magnitudes => [.. _magnitudes.Select(sum => (float)(sum / _tokens))];

    /// <summary>Some rows, evenly spread, [rows, K].</summary>
    public float[] Rows => [.. _rows];

    /// <summary>2 Σ x xᵀ, [K, K].</summary>
    public double[] Hessian => Array.ConvertAll(_gram!, sum => 2 * sum);

    /// <summary>Adds the rows of a sequence.</summary>
    /// <param name="scope">For temporary tensors.</param>
    /// <param name="x">F32 [T, K].</param>
    public void Add(Scope scope, Tensor x)
    {
        ReadOnlySpan<float> numbers = x.Span<float>();
        for (int t = 0; t < x.Shape[0]; t++)
        {
            ReadOnlySpan<float> row = numbers.Slice(t * Inputs, Inputs);
            for (int k = 0; k < Inputs; k++)
            {
                _magnitudes[k] += Math.Abs(row[k]);
            }

            if ((_tokens + t) % _stride == 0)
            {
                _rows.AddRange(row);
            }
        }

        _tokens += x.Shape[0];
        if (_gram is not null)
        {
            AddGram(scope, x, _gram);
        }
    }

    private static void AddGram(Scope scope, Tensor x, double[] gram)
    {
        (int tokens, int inputs) = (x.Shape[0], x.Shape[1]);
        using Scope inner = scope.Begin();
        Tensor transposed = inner.Empty([inputs, tokens]);
        ReadOnlySpan<float> from = x.Span<float>();
        Span<float> to = transposed.Span<float>();
        for (int i = 0; i < from.Length; i++)
        {
            to[(i % inputs * tokens) + (i / inputs)] = from[i];
        }

        ReadOnlySpan<float> products = inner.Linear(transposed, transposed).Span<float>();
        for (int i = 0; i < gram.Length; i++)
        {
            gram[i] += products[i];
        }
    }
}
