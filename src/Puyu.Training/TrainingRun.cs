using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Data;
using Puyu.Models;

namespace Puyu.Training;

/// <summary>What a <see cref="Trainer"/> works on and with.</summary>
public sealed record TrainingRun
{
    /// <summary>The model, with the weights to start from; the run changes them. Stays the caller's.</summary>
    public required Decoder Model { get; init; }

    /// <summary>The training data.</summary>
    public required BatchSampler Sampler { get; init; }

    /// <summary>The held-out data; needed if the options ask for validation.</summary>
    public BatchSampler? HeldOut { get; init; }

    /// <summary>Validated options.</summary>
    public required TrainingOptions Options { get; init; }

    /// <summary>Folder of the run: <c>metrics.jsonl</c> and <c>checkpoints/</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>What the run is made of, for the lineage of its checkpoints.</summary>
    public IReadOnlyList<LineageInput> Inputs { get; init; } = [];

    /// <summary>The resolved recipe, for the lineage; null records the options.</summary>
    public JsonElement? Recipe { get; init; }

    /// <summary>Files that are copied into every checkpoint, such as those of the tokenizer.</summary>
    public IReadOnlyList<string> CompanionFiles { get; init; } = [];

    /// <summary>
    /// What the processor reaches in FLOP/s, as measured; null leaves the utilization out of the metrics.
    /// </summary>
    public double? PeakFlopsPerSecond { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Told what happens.</summary>
    public TrainingObserver Observer { get; init; } = new();
}
