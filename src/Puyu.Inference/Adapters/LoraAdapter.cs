using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tensors.Safetensors;

namespace Puyu.Inference.Adapters;

/// <summary>A loaded adapter: low-rank changes of some of a model's linear maps.</summary>
internal sealed class LoraAdapter : IDisposable
{
    private const string FileName = "adapter_model.safetensors";
    private const string Prefix = "base_model.model.";
    private const string SuffixA = ".lora_A.weight";
    private const string SuffixB = ".lora_B.weight";

    private readonly Scope _scope;
    private readonly Dictionary<string, LowRankChange> _changes = new(StringComparer.Ordinal);

    private LoraAdapter(Scope scope)
    {
        _scope = scope;
    }

    /// <summary>The changes by the name of the module.</summary>
    public IReadOnlyDictionary<string, LowRankChange> Changes => _changes;

    /// <summary>Reads an adapter into memory, F32.</summary>
    /// <param name="folder">In PEFT's layout.</param>
    /// <param name="config">Of the model.</param>
    /// <param name="backend">Where the model computes.</param>
    /// <exception cref="InvalidDataException">A file is corrupt, or its tensors do not fit the model.</exception>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    public static LoraAdapter Load(string folder, ModelConfig config, Backend backend)
    {
        PeftConfig peft = PeftConfig.Read(folder);
        using SafetensorsFile file = SafetensorsFile.Open(Path.Combine(folder, FileName));
        var adapter = new LoraAdapter(backend.BeginScope());
        try
        {
            adapter.Read(file, ParameterTable.Of(config), peft);
            return adapter;
        }
        catch
        {
            adapter.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _scope.Dispose();

    private void Read(SafetensorsFile file, ParameterTable parameters, PeftConfig peft)
    {
        const string Weight = ".weight";
        var unread = file.Entries.Keys.ToHashSet();
        foreach (Parameter parameter in parameters)
        {
            if (parameter.Group != ParameterGroup.Matrix)
            {
                continue;
            }

            string key = Prefix + parameter.FileName[..^Weight.Length];
            bool hasA = unread.Remove(key + SuffixA);
            bool hasB = unread.Remove(key + SuffixB);
            if (hasA && hasB)
            {
                LowRankChange change = Change(file, key, peft);
                RequireFits(file, key, change, parameter);
                _changes.Add(parameter.Name[..^Weight.Length], change);
            }
            else if (hasA || hasB)
            {
                throw new InvalidDataException($"{file.Path}: has only one of {key}{SuffixA} and {key}{SuffixB}");
            }
        }

        if (unread.Count > 0 || _changes.Count == 0)
        {
            throw new InvalidDataException(
                $"{file.Path}: holds '{unread.FirstOrDefault() ?? "nothing"}' but must hold pairs "
                + $"{Prefix}….lora_A.weight and ….lora_B.weight of the model's linear maps");
        }
    }

    private LowRankChange Change(SafetensorsFile file, string key, PeftConfig peft)
    {
        Tensor a = Floats(file, key + SuffixA);
        return new LowRankChange(a, Floats(file, key + SuffixB), peft.Scale(a.Shape[0]));
    }

    private Tensor Floats(SafetensorsFile file, string name)
    {
        using Scope scope = _scope.Backend.BeginScope();
        Tensor stored = file.Load(scope, name);
        Tensor copy = _scope.Empty(stored.Shape);
        _scope.Copy(stored, copy);
        return copy;
    }

    private static void RequireFits(SafetensorsFile file, string key, LowRankChange change, Parameter parameter)
    {
        (Shape a, Shape b) = (change.A.Shape, change.B.Shape);
        if (a.Rank != 2 || b.Rank != 2 || a[1] != parameter.Shape[1] || b[0] != parameter.Shape[0] || a[0] != b[1])
        {
            throw new InvalidDataException(
                $"{file.Path}: {key} has lora_A {a} and lora_B {b} but the model's map is {parameter.Shape}, "
                + $"so they must be [rank, {parameter.Shape[1]}] and [{parameter.Shape[0]}, rank]");
        }
    }
}
