using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Cli.Recipes;
using Puyu.Data.Tokens;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training;

namespace Puyu.Cli;

/// <summary>A training recipe with everything it needs opened; the command and quickstart train through it.</summary>
internal sealed class TrainingSession : IDisposable
{
    private readonly TrainRecipe _recipe;
    private readonly TokenDataset _data;
    private readonly TokenDataset? _heldOut;

    /// <summary>Opens the data and makes or loads the model.</summary>
    /// <param name="recipe">Validated recipe.</param>
    /// <param name="backend">Where to compute.</param>
    public TrainingSession(TrainRecipe recipe, Backend backend)
    {
        _recipe = recipe;
        _data = TokenDataset.Open(recipe.Data.Path);
        _heldOut = recipe.ValidationData is { } source ? TokenDataset.Open(source.Path) : null;
        Model = MakeModel(recipe, backend);
        if (_data.VocabSize > Model.Config.VocabSize)
        {
            throw new InvalidDataException(
                $"{recipe.Data.Path} has a vocabulary of {_data.VocabSize} but the model has room for "
                + $"{Model.Config.VocabSize}");
        }
    }

    /// <summary>The model that is trained.</summary>
    public Decoder Model { get; }

    /// <summary>Trains to the end, or until cancelled; shows it; and writes the model when it is complete.</summary>
    /// <param name="recipe">Validated recipe.</param>
    /// <param name="backend">Where to compute.</param>
    /// <param name="resumes">Whether to go on from the newest checkpoint, if there is one.</param>
    /// <param name="peakFlopsPerSecond">What the processor was measured to reach.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellation">Finishes the step, saves and returns.</param>
    public static TrainingResult Train(
        TrainRecipe recipe, CpuBackend backend, bool resumes, double peakFlopsPerSecond, TimeProvider time,
        CancellationToken cancellation)
    {
        using var session = new TrainingSession(recipe, backend);
        var display = new TrainingDisplay(time);
        TrainingRun run = session.Run(time, display, peakFlopsPerSecond);
        using var trainer = new Trainer(run);
        if (resumes && trainer.TryResume())
        {
            Console.WriteLine($"going on from step {trainer.Step}");
        }

        Directory.CreateDirectory(recipe.Output);
        AtomicFile.WriteText(Path.Combine(recipe.Output, "recipe.json"), RecipeFile.Write(recipe));
        TrainingOutcome outcome = display.Show("training", recipe.Training.Steps, () => trainer.Run(cancellation));
        return new TrainingResult(
            outcome, outcome.IsComplete ? session.WriteModel(run) : null, session.Model.Parameters.Sum(p => p.Count));
    }

    /// <summary>The run as the trainer wants it.</summary>
    public TrainingRun Run(TimeProvider time, TrainingObserver observer, double? peakFlopsPerSecond) => new()
    {
        Model = Model,
        Sampler = new PackedSampler(_data, _recipe.Data.Options),
        HeldOut = _heldOut is null ? null : new PackedSampler(_heldOut, _recipe.ValidationData!.Options),
        Options = _recipe.Training,
        Folder = _recipe.Output,
        Inputs = Inputs(Path.Combine(_recipe.Output, "checkpoints", "step")),
        Recipe = RecipeFile.ToElement(_recipe),
        CompanionFiles = TokenizerFiles.Of(_recipe.Tokenizer),
        PeakFlopsPerSecond = peakFlopsPerSecond,
        Time = time,
        Observer = observer,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        Model.Dispose();
        _data.Dispose();
        _heldOut?.Dispose();
    }

    /// <summary>Writes the trained model as a folder that other programs read too.</summary>
    private string WriteModel(TrainingRun run)
    {
        string folder = Path.Combine(_recipe.Output, "model");
        ModelFolder.Save(Model, folder, _recipe.Training.Weights);
        foreach (string file in run.CompanionFiles)
        {
            File.Copy(file, Path.Combine(folder, Path.GetFileName(file)), overwrite: true);
        }

        Lineage lineage = Lineage.Of(folder, "model", Inputs(folder), run.Time) with
        {
            Recipe = run.Recipe,
            Seed = _recipe.Training.Seed,
        };
        lineage.Write(folder);
        return folder;
    }

    private static Decoder MakeModel(TrainRecipe recipe, Backend backend)
    {
        if (recipe.InitialModel is { } folder)
        {
            return Decoder.LoadTrainable(folder, backend);
        }

        Decoder model = Decoder.Create(recipe.Model!, backend, recipe.Training.Weights);
        model.Initialize(recipe.Training.Seed);
        return model;
    }

    /// <param name="artifact">What is made; paths are kept relative to it.</param>
    private List<LineageInput> Inputs(string artifact)
    {
        List<LineageInput> inputs =
        [
            LineageInput.Of("tokens", _recipe.Data.Path, artifact),
            LineageInput.Of("tokenizer", _recipe.Tokenizer, artifact),
        ];
        if (_recipe.InitialModel is { } folder)
        {
            inputs.Add(LineageInput.Of("model", folder, artifact));
        }

        return inputs;
    }
}
