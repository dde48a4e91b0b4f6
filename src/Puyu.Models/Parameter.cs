using Puyu.Tensors;

namespace Puyu.Models;

/// <summary>One row of the <see cref="ParameterTable"/>: a trained tensor of a model.</summary>
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

    /// <summary>Storage type of the value. The gradient is F32 whatever it is.</summary>
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
    /// <exception cref="InvalidOperationException">The table was made without memory.</exception>
    public Tensor Value => _value
        ?? throw new InvalidOperationException($"{Name} has no memory: the table describes shapes alone");

    /// <summary>What backward adds to, F32; null unless the decoder allocated gradients.</summary>
    public Tensor? Gradient { get; private set; }

    /// <inheritdoc/>
    public override string ToString() => $"{Name} {DType} {Shape}";

    internal void Attach(Tensor value)
    {
        value.Name = Name;
        DType = value.DType;
        _value = value;
    }

    internal void AttachGradient(Tensor gradient)
    {
        gradient.Name = $"gradient of {Name}";
        Gradient = gradient;
        Value.RequiresGradient = true;
        Value.Gradient = gradient;
    }
}
