using System.Collections;
using Puyu.Models.HuggingFace;
using Puyu.Tensors;

namespace Puyu.Models;

/// <summary>
/// Every parameter of a model with its name, shape, storage type, group and place. The planner, the optimizer and
/// checkpoints read this table and nothing else of a model.
/// </summary>
/// <remarks>
/// Order is that of computation: embedding, layers from the first, final norm, output. A model that is trained keeps
/// all values in one flat buffer and all gradients in another, both laid out by <see cref="Parameter.Offset"/>; the
/// elements between parameters are zeros.
/// </remarks>
public sealed class ParameterTable : IReadOnlyList<Parameter>
{
    /// <summary>Elements to which offsets are aligned: a cache line of the narrowest storage type.</summary>
    public const int Alignment = 64;

    private readonly List<Parameter> _parameters = [];
    private readonly Dictionary<string, Parameter> _byName = new(StringComparer.Ordinal);
    private readonly NameMap _names;
    private readonly DType _dtype;

    private ParameterTable(NameMap names, DType dtype)
    {
        _names = names;
        _dtype = dtype;
    }

    /// <summary>Number of parameters.</summary>
    public int Count => _parameters.Count;

    /// <summary>Elements of all parameters together, without the padding between them.</summary>
    public long Elements { get; private set; }

    /// <summary>Elements of a flat buffer: a multiple of <see cref="Alignment"/>.</summary>
    public long FlatElements { get; private set; }

    /// <summary>
    /// All values, [<see cref="FlatElements"/> / <see cref="Alignment"/>, <see cref="Alignment"/>]; null where they
    /// stay in mapped files.
    /// </summary>
    public Tensor? Values { get; private set; }

    /// <summary>All gradients, F32, of the same shape; null unless allocated.</summary>
    public Tensor? Gradients { get; private set; }

    /// <summary>A parameter by its place.</summary>
    public Parameter this[int index] => _parameters[index];

    /// <summary>A parameter by its name.</summary>
    /// <exception cref="KeyNotFoundException">There is none of this name.</exception>
    public Parameter this[string name] => _byName.TryGetValue(name, out Parameter? parameter)
        ? parameter
        : throw new KeyNotFoundException($"the model has no parameter '{name}' among its {Count}");

    /// <summary>The table of a model without memory: shapes alone.</summary>
    /// <param name="config">Validated.</param>
    /// <param name="dtype">Storage type of the values.</param>
    public static ParameterTable Of(ModelConfig config, DType dtype = DType.F32)
    {
        var table = new ParameterTable(NameMap.Of(config.Architecture), dtype);
        int d = config.HiddenSize;
        table.Add("embedding.weight", [config.VocabSize, d], ParameterGroup.Embedding);
        for (int layer = 0; layer < config.Layers; layer++)
        {
            table.AddLayer(config, $"layers.{layer}");
        }

        table.Add("norm.weight", [d], ParameterGroup.Norm);
        if (!config.TiesEmbeddings)
        {
            table.Add("output.weight", [config.VocabSize, d], ParameterGroup.Embedding);
        }

        return table;
    }

    /// <summary>Finds a parameter by its name.</summary>
    internal bool TryGet(string name, out Parameter? parameter) => _byName.TryGetValue(name, out parameter);

    /// <summary>
    /// Sets every gradient to zero without touching memory: the first op that adds to one overwrites it. Until then
    /// <see cref="Gradients"/> holds what was there before.
    /// </summary>
    public void ZeroGradients()
    {
        foreach (Parameter parameter in _parameters)
        {
            parameter.Gradient?.MarkZero();
        }
    }

    /// <inheritdoc/>
    public IEnumerator<Parameter> GetEnumerator() => _parameters.GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Gives the parameters one flat buffer; the content is undefined, the padding zero.</summary>
    internal void AllocateValues(Scope scope)
    {
        Values = Flat(scope, _dtype);
        foreach (Parameter parameter in _parameters)
        {
            parameter.Attach(View(scope, Values, parameter));
        }
    }

    /// <summary>Gives the parameters a flat buffer of gradients, zero.</summary>
    internal void AllocateGradients(Scope scope)
    {
        Gradients = Flat(scope, DType.F32);
        foreach (Parameter parameter in _parameters)
        {
            parameter.AttachGradient(View(scope, Gradients, parameter));
        }
    }

    private Tensor Flat(Scope scope, DType dtype) =>
        scope.Zeros([checked((int)(FlatElements / Alignment)), Alignment], dtype);

    private static Tensor View(Scope scope, Tensor flat, Parameter parameter) =>
        scope.View(flat, parameter.Shape, (int)(parameter.Offset / Alignment));

    private void AddLayer(ModelConfig config, string layer)
    {
        (int d, int f, int e) = (config.HiddenSize, config.IntermediateSize, config.HeadDim);
        Add($"{layer}.attention_norm.weight", [d], ParameterGroup.Norm);
        if (config.IsQkvFused)
        {
            AddLinear($"{layer}.attention.qkv", (config.Heads + (2 * config.KvHeads)) * e, d, config.QkvBias);
        }
        else
        {
            AddLinear($"{layer}.attention.query", config.Heads * e, d, config.QkvBias);
            AddLinear($"{layer}.attention.key", config.KvHeads * e, d, config.QkvBias);
            AddLinear($"{layer}.attention.value", config.KvHeads * e, d, config.QkvBias);
        }

        AddLinear($"{layer}.attention.output", d, config.Heads * e, config.AttentionOutputBias);
        Add($"{layer}.feed_forward_norm.weight", [d], ParameterGroup.Norm);
        AddLinear($"{layer}.feed_forward.gate", f, d, config.FeedForwardBias);
        AddLinear($"{layer}.feed_forward.up", f, d, config.FeedForwardBias);
        AddLinear($"{layer}.feed_forward.down", d, f, config.FeedForwardBias);
    }

    private void AddLinear(string name, int outputs, int inputs, bool hasBias)
    {
        Add($"{name}.weight", [outputs, inputs], ParameterGroup.Matrix);
        if (hasBias)
        {
            Add($"{name}.bias", [outputs], ParameterGroup.Bias);
        }
    }

    private void Add(string name, Shape shape, ParameterGroup group)
    {
        var parameter = new Parameter(name, _names.ToFile(name), shape, _dtype, group, FlatElements);
        _parameters.Add(parameter);
        _byName.Add(name, parameter);
        Elements += shape.Count;
        FlatElements += (shape.Count + Alignment - 1) / Alignment * Alignment;
    }
}
