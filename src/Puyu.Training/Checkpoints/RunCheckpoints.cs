using System.Text.Json;
using System.Text.Json.Nodes;
using Puyu.Abstractions;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tensors.Safetensors;
using Puyu.Training.Optimizers;

namespace Puyu.Training.Checkpoints;

/// <summary>
/// What a run puts into its checkpoints, and how it goes on from one. docs/checkpoints.md lists the files.
/// </summary>
internal sealed class RunCheckpoints
{
    private const string OptimizerFile = "optimizer.safetensors";
    private const string StateFile = "training.json";
    private const string OptionsFile = "options.json";

    private readonly TrainingRun _run;
    private readonly Optimizer _optimizer;
    private readonly CheckpointStore _store;
    private bool _isResumed;

    public RunCheckpoints(TrainingRun run, Optimizer optimizer, string folder, CheckpointDisk disk)
    {
        _run = run;
        _optimizer = optimizer;
        _store = new CheckpointStore(folder, run.Options.Checkpoints.KeepLast, disk);
    }

    /// <exception cref="InvalidOperationException">There are checkpoints, but none of them was loaded.</exception>
    public void RequireFreshOrResumed()
    {
        if (!_isResumed && _store.List() is [Checkpoint newest, ..])
        {
            throw new InvalidOperationException(
                $"{_store.Folder} has checkpoints up to step {newest.Step} of another run; "
                + "resume it, or choose another folder");
        }
    }

    /// <summary>Saves the state after a step.</summary>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public Checkpoint Save(int step, long totalTokens)
    {
        var state = new RunState(step, totalTokens, _run.Options.Seed, _run.Sampler.State);
        Checkpoint checkpoint = _store.Save(step, writer => Write(writer, state), Describe);
        _isResumed = true;
        _run.Observer.OnCheckpoint(checkpoint);
        return checkpoint;
    }

    /// <summary>
    /// Saves the state in the middle of a run, which goes on if the disk is full: there may be room later.
    /// </summary>
    public void TrySave(int step, long totalTokens)
    {
        try
        {
            Save(step, totalTokens);
        }
        catch (IOException problem)
        {
            _run.Observer.OnNotice($"{problem.Message}; training goes on and tries again at the next one");
        }
    }

    /// <summary>Restores the newest complete checkpoint.</summary>
    /// <returns>Null if there is none.</returns>
    public RunState? Load()
    {
        if (_store.Latest(_run.Observer.OnNotice) is not { } checkpoint)
        {
            return null;
        }

        RunState state = Read<RunState>(checkpoint, StateFile);
        ReportChangedOptions(checkpoint);
        LoadModel(checkpoint.Folder);
        LoadOptimizer(Path.Combine(checkpoint.Folder, OptimizerFile));
        _run.Sampler.State = state.Sampler;
        _isResumed = true;
        return state;
    }

    private void Write(CheckpointWriter writer, RunState state)
    {
        writer.Include(folder => ModelFolder.Save(_run.Model, folder, _run.Options.Weights));
        writer.Write(
            OptimizerFile, stream => SafetensorsWriter.Write(stream, _optimizer.State, new SafetensorsOptions()));
        writer.Write(StateFile, stream => JsonSerializer.Serialize(stream, state, TrainingJson.Options));
        writer.Write(OptionsFile, stream => JsonSerializer.Serialize(stream, _run.Options, TrainingJson.Options));
        foreach (string companion in _run.CompanionFiles)
        {
            writer.Write(Path.GetFileName(companion), stream =>
            {
                using FileStream source = File.OpenRead(companion);
                source.CopyTo(stream);
            });
        }
    }

    private Lineage Describe(string folder) => Lineage.Of(folder, "checkpoint", _run.Inputs, _run.Time) with
    {
        Recipe = _run.Recipe ?? JsonSerializer.SerializeToElement(_run.Options, TrainingJson.Options),
        Seed = _run.Options.Seed,
    };

    private void LoadModel(string folder)
    {
        using SafetensorsFolder files = SafetensorsFolder.Open(folder);
        Load(
            folder, files.Names, files.Load,
            _run.Model.Parameters.ToDictionary(parameter => parameter.FileName, parameter => parameter.Value));
    }

    private void LoadOptimizer(string path)
    {
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Load(path, file.Entries.Keys, file.Load, _optimizer.State);
    }

    /// <summary>Copies every stored tensor into the one of its name.</summary>
    private void Load(
        string path, IEnumerable<string> names, Func<Scope, string, Tensor> load,
        IReadOnlyDictionary<string, Tensor> tensors)
    {
        RequireSameNames(path, names, tensors.Keys);
        using Scope scope = _run.Model.Backend.BeginScope();
        foreach ((string name, Tensor tensor) in tensors)
        {
            Tensor stored = load(scope, name);
            if (stored.Shape != tensor.Shape || stored.DType != tensor.DType)
            {
                throw new InvalidDataException(
                    $"{path}: {name} is {stored.DType} {stored.Shape} but the run needs {tensor.DType} {tensor.Shape}");
            }

            scope.Copy(stored, tensor);
        }
    }

    private static void RequireSameNames(string path, IEnumerable<string> found, IEnumerable<string> needed)
    {
        var names = found.ToHashSet(StringComparer.Ordinal);
        string? missing = needed.FirstOrDefault(name => !names.Remove(name));
        if (missing is not null || names.Count > 0)
        {
            throw new InvalidDataException(missing is not null
                ? $"{path} lacks {missing}, which the run needs"
                : $"{path} has {names.Order(StringComparer.Ordinal).First()}, which the run does not know");
        }
    }

    /// <summary>A run may go on with other options, such as more steps, but not unnoticed.</summary>
    private void ReportChangedOptions(Checkpoint checkpoint)
    {
        var before = JsonNode.Parse(File.ReadAllBytes(Path.Combine(checkpoint.Folder, OptionsFile)))!.AsObject();
        JsonObject now = JsonSerializer.SerializeToNode(_run.Options, TrainingJson.Options)!.AsObject();
        foreach ((string name, JsonNode? value) in now)
        {
            if (!JsonNode.DeepEquals(value, before[name]))
            {
                _run.Observer.OnNotice(
                    $"the run goes on with {name} {value?.ToJsonString() ?? "null"}; "
                    + $"it was {before[name]?.ToJsonString() ?? "null"}");
            }
        }
    }

    private static T Read<T>(Checkpoint checkpoint, string name)
    {
        string path = Path.Combine(checkpoint.Folder, name);
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), TrainingJson.Options)
                ?? throw new InvalidDataException($"{path} is null but must be an object");
        }
        catch (JsonException problem)
        {
            throw new InvalidDataException($"{path} is malformed: {problem.Message}", problem);
        }
    }
}
