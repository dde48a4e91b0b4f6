using Puyu.Tensors;
using Puyu.Tensors.Safetensors;

namespace Puyu.Models.Quantized;

/// <summary>The tensors of one quantized linear map, with their shapes checked.</summary>
/// <param name="files">The folder.</param>
/// <param name="scope">Owns what is read.</param>
/// <param name="module">Key without the part behind the last dot.</param>
internal sealed class LinearFiles(SafetensorsFolder files, Scope scope, string module)
{
    /// <summary>Whether the map has a part of this name.</summary>
    public bool Has(string part) => files.Names.Contains($"{module}.{part}");

    /// <summary>Integers of 32 bits.</summary>
    /// <exception cref="InvalidDataException">The tensor is missing, or of another shape or storage type.</exception>
    public int[] Integers(string part, Shape shape)
    {
        Tensor tensor = Load(part, shape);
        return tensor.DType == DType.I32
            ? tensor.Span<int>().ToArray()
            : throw Wrong(part, tensor, "I32");
    }

    /// <summary>Signed bytes.</summary>
    /// <inheritdoc cref="Integers"/>
    public ReadOnlySpan<sbyte> Bytes(string part, Shape shape)
    {
        Tensor tensor = Load(part, shape);
        return tensor.DType == DType.I8 ? tensor.Span<sbyte>() : throw Wrong(part, tensor, "I8");
    }

    /// <summary>Real numbers of any storage type.</summary>
    /// <inheritdoc cref="Integers"/>
    public float[] Numbers(string part, Shape shape)
    {
        Tensor tensor = Load(part, shape);
        return tensor.DType.IsFloat()
            ? scope.Cast(tensor, DType.F32).Span<float>().ToArray()
            : throw Wrong(part, tensor, "F32, BF16 or F16");
    }

    private Tensor Load(string part, Shape shape)
    {
        string key = $"{module}.{part}";
        if (!files.Names.Contains(key))
        {
            throw new InvalidDataException($"checkpoint {files.Folder} lacks {key}");
        }

        Shape stored = files.Entry(key).Shape;
        return stored == shape
            ? files.Load(scope, key)
            : throw new InvalidDataException(
                $"checkpoint {files.Folder} has {key} {stored} but the configuration says {shape}");
    }

    private InvalidDataException Wrong(string part, Tensor tensor, string rule) => new(
        $"checkpoint {files.Folder} has {module}.{part} as {tensor.DType} but it must be {rule}");
}
