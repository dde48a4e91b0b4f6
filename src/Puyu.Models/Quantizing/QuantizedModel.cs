using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantizing;

/// <summary>A model on its way from real numbers to codes.</summary>
/// <param name="original">The model that is quantized.</param>
internal sealed class QuantizedModel(Decoder original)
{
    private readonly Dictionary<string, QuantizedWeights> _codes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Tensor> _changed = new(StringComparer.Ordinal);

    /// <summary>The model that is quantized.</summary>
    public Decoder Original => original;

    /// <summary>Takes over a block that is done.</summary>
    /// <param name="scope">Owns what is kept of its real numbers.</param>
    /// <param name="block">Its norms, biases and matrices as they have become.</param>
    /// <param name="codes">By the name of the map; its matrix is kept as real numbers where it has none.</param>
    public void Add(Scope scope, CalibrationBlock block, IReadOnlyDictionary<string, QuantizedWeights> codes)
    {
        Keep(scope, block.AttentionNorm);
        Keep(scope, block.FeedForwardNorm);
        foreach (BlockLinear linear in Enum.GetValues<BlockStage>().SelectMany(block.Linears))
        {
            if (linear.Bias is { } bias)
            {
                Keep(scope, bias);
            }

            if (codes.TryGetValue(linear.Name, out QuantizedWeights? weights))
            {
                _codes.Add(linear.Name, weights);
            }
            else
            {
                Keep(scope, linear.Weight);
            }
        }
    }

    /// <summary>The codes of a map; null where it stays real numbers.</summary>
    /// <param name="parameter">Its weight, or anything else.</param>
    public QuantizedWeights? CodesOf(Parameter parameter) => parameter.Group == ParameterGroup.Matrix
        ? _codes.GetValueOrDefault(parameter.Name[..parameter.Name.LastIndexOf('.')])
        : null;

    /// <summary>A parameter that stays real numbers, in the storage type that the model had.</summary>
    public Tensor Floats(Scope scope, Parameter parameter)
    {
        Tensor value = original.Parameters[parameter.Name].Value;
        return _changed.TryGetValue(parameter.Name, out Tensor? changed) && value.DType != DType.F32
            ? scope.Cast(changed, value.DType)
            : changed ?? value;
    }

    /// <summary>A parameter that stays real numbers, as F32 of the scope.</summary>
    public Tensor Copy(Scope scope, Parameter parameter)
    {
        Tensor value = _changed.GetValueOrDefault(parameter.Name) ?? original.Parameters[parameter.Name].Value;
        Tensor copy = scope.Empty(value.Shape);
        scope.Copy(value, copy);
        return copy;
    }

    private void Keep(Scope scope, Tensor value)
    {
        Tensor kept = scope.Empty(value.Shape);
        scope.Copy(value, kept);
        _changed.Add(value.Name!, kept);
    }
}
