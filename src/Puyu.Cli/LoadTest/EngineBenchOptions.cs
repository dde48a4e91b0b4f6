using Puyu.Abstractions;

namespace Puyu.Cli.LoadTest;

/// <summary>What is measured of an engine in this process.</summary>
internal sealed record EngineBenchOptions
{
    /// <summary>Tokens of the prompt that prefill is measured with.</summary>
    public int PromptTokens { get; init; } = 512;

    /// <summary>Tokens that decode is measured with.</summary>
    public int CompletionTokens { get; init; } = 128;

    /// <summary>Sequences at once, one row of the table each.</summary>
    public IReadOnlyList<int> Batches { get; init; } = [1, 8];

    /// <summary>Repetitions, of which the median counts.</summary>
    public int Rounds { get; init; } = 3;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public EngineBenchOptions Validated()
    {
        var problems = new Problems("bench engine");
        problems.Require(PromptTokens >= 1, PromptTokens, "must be at least 1", "--prompt");
        problems.Require(CompletionTokens >= 2, CompletionTokens, "must be at least 2", "--completion");
        problems.Require(Rounds >= 1, Rounds, "must be at least 1", "--rounds");
        problems.Require(
            Batches.Count > 0 && Batches.All(batch => batch >= 1), string.Join(' ', Batches),
            "must be one or more numbers of at least 1", "--batch");
        problems.ThrowIfAny();
        return this;
    }
}
