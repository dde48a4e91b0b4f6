using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models;

/// <summary>
/// One row of the <see cref="ParameterTable"/>: a trained tensor of a model, or, for inference, its packed weights.
/// </summary>
public sealed class Parameter
{
    private Tensor? _value;

    internal Parameter(string name, string fileName, Shape shape, DType dtype, ParameterGroup group, long offset)
    {
        Name = name;
        FileName = fileName;
        Shape = shape;
        DType = dtype;
        Group = group;
        Offset = offset;
    }

    /// <summary>Name, the same for every architecture: <c>layers.3.attention.output.weight</c>.</summary>
    public string Name { get; }

    /// <summary>Key in files of the model's architecture: <c>model.layers.3.attention.wo.weight</c>.</summary>
    public string FileName { get; }

    /// <summary>Shape of the whole parameter, over all ranks.</summary>
    public Shape Shape { get; }

    /// <summary>
    /// Storage type of the value; U8 for packed weights. The gradient is F32 whatever it is.
    /// </summary>
    public DType DType { get; private set; }

    /// <summary>What the parameter is.</summary>
    public ParameterGroup Group { get; }

    /// <summary>
    /// First element in the flat buffers of the table; a multiple of <see cref="ParameterTable.Alignment"/>.
    /// </summary>
    public long Offset { get; }

    /// <summary>Number of elements.</summary>
    public long Count => Shape.Count;

    /// <summary>The weights.</summary>
    /// <exception cref="InvalidOperationException">
    /// The table was made without memory, or the weights are <see cref="Packed"/>.
    /// </exception>
    public Tensor Value => _value ?? throw new InvalidOperationException(Packed is null
        ? $"{Name} has no memory: the table describes shapes alone"
        : $"{Name} has packed weights, which can only be multiplied with: open the model unquantized");

    /// <summary>The weights as integer codes; null where they are a <see cref="Value"/>.</summary>
    public PackedMatrix? Packed { get; private set; }

    /// <summary>Bytes of the weights, as they are stored.</summary>
    public long Bytes => Packed?.Bytes ?? Count * DType.Size();

    /// <summary>What backward adds to, F32; null unless the decoder allocated gradients.</summary>
    public Tensor? Gradient { get; private set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {DType} {Shape}";

    /// <summary>Gives the parameter its weights, while the decoder is made.</summary>
    /// <param name="value">Of the parameter's shape, in the scope of the decoder.</param>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public void Attach(Tensor value)
    {
        Require(value.Shape, value.Shape == Shape);
        value.Name = Name;
        DType = value.DType;
        _value = value;
    }

    /// <summary>Gives the parameter packed weights, which are freed with the decoder.</summary>
    /// <param name="packed">[outputs, inputs] of the parameter's shape.</param>
    /// <exception cref="ArgumentException">The shape is another.</exception>
    public void Attach(PackedMatrix packed)
    {
        Require(packed, Shape.Rank == 2 && Shape[0] == packed.Outputs && Shape[1] == packed.Inputs);
        DType = DType.U8;
        Packed = packed;
    }

    internal void AttachGradient(Tensor gradient)
    {
        gradient.Name = $"gradient of {Name}";
        Gradient = gradient;
        Value.RequiresGradient = true;
        Value.Gradient = gradient;
    }

    private void Require(object value, bool fits)
    {
        if (!fits)
        {
            throw new ArgumentException($"{Name} is {Shape} but was given {value}", nameof(value));
        }
    }
}
