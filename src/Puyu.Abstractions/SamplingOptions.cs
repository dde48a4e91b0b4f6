namespace Puyu.Abstractions;

/// <summary>How the next token is drawn from the logits, and when to stop.</summary>
/// <remarks>
/// In this order: repetition penalty, temperature, top-k, top-p, min-p; then one draw from what is left.
/// </remarks>
public sealed record SamplingOptions
{
    /// <summary>Always the most likely token.</summary>
    public static SamplingOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Divides the logits. 0 means greedy.</summary>
    public float Temperature { get; init; } = 1;

    /// <summary>Only the K most likely tokens can be drawn. Null means no limit.</summary>
    public int? TopK { get; init; }

    /// <summary>Only the most likely tokens that reach this probability together can be drawn. 1 is no limit.</summary>
    public float TopP { get; init; } = 1;

    /// <summary>
    /// Only tokens at least this likely, relative to the most likely one, can be drawn. 0 is no limit.
    /// </summary>
    /// <remarks>Source: Nguyen et al., Min-p Sampling, 2024 (arXiv:2407.01082).</remarks>
    public float MinP { get; init; }

    /// <summary>
    /// Positive logits of tokens that occurred already are divided by this, negative ones multiplied. 1 is no penalty.
    /// </summary>
    /// <remarks>Source: Keskar et al., CTRL, 2019 (arXiv:1909.05858), § 4.1.</remarks>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Seed of the draws: the same prompt, options and seed give the same completion.</summary>
    public ulong Seed { get; init; }

    /// <summary>The completion ends before the first of these that appears in it.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Length at which the completion is cut, in tokens.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public SamplingOptions Validated()
    {
        var problems = new Problems(nameof(SamplingOptions));
        problems.Require(Temperature is >= 0 and < float.PositiveInfinity, Temperature, "must be finite, at least 0");
        problems.Require(TopK is null or > 0, TopK, "must be positive, or null for no limit");
        problems.Require(TopP is > 0 and <= 1, TopP, "must lie in (0, 1]");
        problems.Require(MinP is >= 0 and <= 1, MinP, "must lie in [0, 1]");
        problems.Require(
            RepetitionPenalty is > 0 and < float.PositiveInfinity, RepetitionPenalty, "must be finite and positive");
        problems.Require(
            StopStrings.All(stop => stop.Length > 0), $"[{string.Join(", ", StopStrings)}]",
            "must not contain an empty string", nameof(StopStrings));
        problems.Require(MaxTokens > 0, MaxTokens, "must be positive");
        problems.ThrowIfAny();
        return this;
    }
}
