using Puyu.Abstractions;

namespace Puyu.Cli.Quickstart;

/// <summary>What a user can say about a quickstart.</summary>
internal sealed record QuickstartOptions
{
    /// <summary>
    /// Leaves more than two of eight minutes for building, documents, tokens and evaluation on two cores.
    /// </summary>
    public const double DefaultMinutes = 5.5;

    /// <summary>What the SDK's documentation fills well.</summary>
    public const int DefaultVocabSize = 8000;

    /// <summary>Folder of everything it makes.</summary>
    public required string Output { get; init; }

    /// <summary>
    /// Folder of documents, or a recipe of the data engine that makes them; null for the SDK's documentation.
    /// </summary>
    public string? Corpus { get; init; }

    /// <summary>Minutes of training, both runs together; the steps follow from the speed.</summary>
    public double Minutes { get; init; } = DefaultMinutes;

    /// <summary>Steps of pre-training, instead of <see cref="Minutes"/>: repeats a run exactly.</summary>
    public int? Steps { get; init; }

    /// <summary>Ids of the tokenizer, special tokens included; a small corpus has room for fewer.</summary>
    public int VocabSize { get; init; } = DefaultVocabSize;

    /// <summary>Seed of everything random.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Goes on where an interrupted run stopped.</summary>
    public bool Resumes { get; init; }

    /// <summary>Threads that compute.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public QuickstartOptions Validated()
    {
        var problems = new Problems("quickstart");
        problems.Require(Minutes > 0 && double.IsFinite(Minutes), Minutes, "must be positive", "--minutes");
        problems.Require(Steps is null or >= 10, Steps, "must be at least 10", "--steps");
        problems.Require(Threads >= 1, Threads, "must be at least 1", "--threads");
        problems.Require(Output.Length > 0, Output, "must name a folder", "--out");
        problems.ThrowIfAny();
        return this;
    }
}
