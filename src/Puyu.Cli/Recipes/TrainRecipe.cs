using Puyu.Abstractions;
using Puyu.Data.Tokens;
using Puyu.Models;
using Puyu.Training;

namespace Puyu.Cli.Recipes;

/// <summary>A complete training run: <c>puyu train RECIPE</c>.</summary>
internal sealed record TrainRecipe
{
    /// <summary>Folder of the result: checkpoints, metrics, and at the end the model with its tokenizer.</summary>
    public required string Output { get; init; }

    /// <summary>Tokenizer file, or folder that holds one. It is copied beside the model.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>A fresh model of these sizes; null to go on from <see cref="InitialModel"/>.</summary>
    public ModelConfig? Model { get; init; }

    /// <summary>Folder of a model to go on from; null to begin with a fresh <see cref="Model"/>.</summary>
    public string? InitialModel { get; init; }

    /// <summary>What to train on.</summary>
    public required TokenSource Data { get; init; }

    /// <summary>What to measure the loss on at intervals; null for nothing.</summary>
    public TokenSource? ValidationData { get; init; }

    /// <summary>The run itself.</summary>
    public required TrainingOptions Training { get; init; }

    /// <summary>Threads that compute; null for all processors. Does not change the result.</summary>
    public int? Threads { get; init; }

    /// <summary>Returns this recipe, or throws with everything wrong with it.</summary>
    /// <exception cref="OptionsException">A value is out of range, or two values contradict each other.</exception>
    public TrainRecipe Validated()
    {
        var problems = new Problems("recipe");
        problems.Require(Output.Length > 0, Output, "must name a folder");
        problems.Require(
            Model is null != InitialModel is null, Model is null ? "neither" : "both",
            "must be exactly one: a fresh model, or the folder of one to go on from", "model or initialModel");
        problems.Require(Threads is null or > 0, Threads, "must be positive, or null for all processors");
        problems.Require(
            Training.Validation is null || ValidationData is not null, ValidationData,
            "must be given where training.validation is");
        problems.ThrowIfAny();
        return this with
        {
            Model = Model?.Validated(),
            Data = Data.Validated(),
            ValidationData = ValidationData?.Validated(),
            Training = Training.Validated(),
        };
    }
}

/// <summary>A token file and how its documents are put into micro-batches.</summary>
internal sealed record TokenSource
{
    /// <summary>A .tokens file, or a folder of them.</summary>
    public required string Path { get; init; }

    /// <summary>Tokens of a row.</summary>
    public required int SequenceLength { get; init; }

    /// <summary>Rows of a micro-batch.</summary>
    public int MicroBatchSize { get; init; } = 1;

    /// <summary>How documents are put into rows.</summary>
    public Packing Packing { get; init; } = Packing.ConcatenateAndCut;

    /// <summary>Seed of the order.</summary>
    public ulong Seed { get; init; }

    /// <summary>Returns this source, or throws with everything wrong with it.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public TokenSource Validated()
    {
        Options.Validated();
        return this;
    }

    /// <summary>The part that the sampler reads.</summary>
    public PackingOptions Options => new()
    {
        SequenceLength = SequenceLength,
        MicroBatchSize = MicroBatchSize,
        Packing = Packing,
        Seed = Seed,
    };
}
