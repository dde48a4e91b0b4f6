using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Training.Optimizers;

/// <summary>Updates the parameters of a table from their gradients, and owns the state that takes.</summary>
/// <remarks>
/// The state stands in flat float32 buffers laid out by the offsets of the table: a first moment for every parameter
/// (Muon's momentum where Muon updates it), a second moment, and masters where the weights are not float32. The buffer
/// of second moments has no room for what Muon updates.
/// </remarks>
internal sealed class Optimizer : IDisposable
{
    private readonly Scope _scope;
    private readonly OptimizerOptions _options;
    private readonly Slot[] _slots;

    /// <summary>Allocates the state: moments zero, masters as the weights are.</summary>
    public Optimizer(ParameterTable table, Backend backend, OptimizerOptions options)
    {
        _options = options;
        _scope = backend.BeginScope();
        bool hasMasters = table.Any(parameter => parameter.DType != DType.F32);
        Tensor? masters = hasMasters ? Flat(table.FlatElements) : null;
        Tensor first = Flat(table.FlatElements);
        Tensor second = Flat(table.Where(IsAdamW).Sum(RoomOf));

        long secondOffset = 0;
        _slots = new Slot[table.Count];
        for (int i = 0; i < _slots.Length; i++)
        {
            Parameter parameter = table[i];
            Tensor? master = masters is null ? null : View(masters, parameter, parameter.Offset);
            if (master is not null)
            {
                _scope.Copy(parameter.Value, master);
            }

            _slots[i] = new Slot(
                parameter,
                master,
                View(first, parameter, parameter.Offset),
                IsAdamW(parameter) ? View(second, parameter, secondOffset) : null,
                Decays(parameter) ? options.WeightDecay : 0);
            secondOffset += IsAdamW(parameter) ? RoomOf(parameter) : 0;
        }

        State = StateByName();
    }

    /// <summary>Every tensor of the state by its name in checkpoints.</summary>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Bytes of state that a parameter has.</summary>
    public static long BytesOf(Parameter parameter, OptimizerOptions options)
    {
        int tensors = (IsMuon(parameter, options) ? 1 : 2) + (parameter.DType == DType.F32 ? 0 : 1);
        return tensors * parameter.Count * sizeof(float);
    }

    /// <summary>Updates every parameter. Gradients are read, not cleared.</summary>
    /// <param name="step">This step, from 1.</param>
    /// <param name="learningRate">η.</param>
    /// <param name="gradientScale">Factor of the gradients, from clipping.</param>
    public void Step(int step, double learningRate, double gradientScale)
    {
        AdamWStep adamW = AdamWStepOf(step, learningRate, gradientScale);
        MuonStep muon = MuonStepOf(learningRate, gradientScale);
        foreach (Slot slot in _slots)
        {
            Tensor value = slot.Parameter.Value;
            Tensor weight = slot.Master ?? value;
            Tensor gradient = slot.Parameter.Gradient!;
            if (slot.Second is { } second)
            {
                _scope.Backend.AdamW(
                    weight, gradient, slot.First, second, adamW with { WeightDecay = slot.WeightDecay },
                    copy: slot.Master is null ? null : value);
            }
            else
            {
                _scope.Backend.Muon(weight, gradient, slot.First, muon with { WeightDecay = slot.WeightDecay });
                if (slot.Master is { } master)
                {
                    _scope.Copy(master, value);
                }
            }
        }
    }

    public void Dispose() => _scope.Dispose();

    private static long RoomOf(Parameter parameter) =>
        (parameter.Count + ParameterTable.Alignment - 1) / ParameterTable.Alignment * ParameterTable.Alignment;

    private static bool IsMuon(Parameter parameter, OptimizerOptions options) =>
        options.Kind == OptimizerKind.Muon && parameter.Group == ParameterGroup.Matrix;

    private AdamWStep AdamWStepOf(int step, double learningRate, double gradientScale)
    {
        AdamWOptions options = _options.AdamW;
        return new AdamWStep(
            learningRate, options.Beta1, options.Beta2, options.Epsilon, WeightDecay: 0,
            BiasCorrection1: 1 - Math.Pow(options.Beta1, step), BiasCorrection2: 1 - Math.Pow(options.Beta2, step),
            gradientScale);
    }

    private MuonStep MuonStepOf(double learningRate, double gradientScale)
    {
        MuonOptions options = _options.Muon;
        return new MuonStep(
            learningRate, options.Momentum, WeightDecay: 0, options.UpdateRms, options.Iterations, gradientScale);
    }

    private Dictionary<string, Tensor> StateByName()
    {
        var state = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        foreach (Slot slot in _slots)
        {
            Add("master", slot.Master);
            Add(slot.Second is null ? "momentum" : "first_moment", slot.First);
            Add("second_moment", slot.Second);

            void Add(string kind, Tensor? tensor)
            {
                if (tensor is not null)
                {
                    state.Add($"{slot.Parameter.Name}.{kind}", tensor);
                }
            }
        }

        return state;
    }

    private bool IsAdamW(Parameter parameter) => !IsMuon(parameter, _options);

    private bool Decays(Parameter parameter) => _options.DecayedParameters == DecayedParameters.All
        || parameter.Group is ParameterGroup.Matrix or ParameterGroup.Embedding;

    private Tensor Flat(long elements) =>
        _scope.Zeros([checked((int)(elements / ParameterTable.Alignment)), ParameterTable.Alignment]);

    private Tensor View(Tensor flat, Parameter parameter, long offset) =>
        _scope.View(flat, parameter.Shape, (int)(offset / ParameterTable.Alignment));

    /// <summary>One parameter with its state.</summary>
    private sealed record Slot(Parameter Parameter, Tensor? Master, Tensor First, Tensor? Second, double WeightDecay);
}
