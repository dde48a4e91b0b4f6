namespace Puyu.Abstractions;

/// <summary>How the next token is drawn from the logits, and when to stop.</summary>
/// <remarks>
/// In this order: bias and penalties, banned words, temperature, top-k, typical, top-p, min-p; then one draw from what
/// is left. Penalties and bias act on logits:
/// <code>
///   logit ← logit &gt; 0 ? logit / repetition : logit · repetition      for tokens of prompt and completion
///   logit ← logit − frequency · count − presence · [count &gt; 0]        count in the completion
/// </code>
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
    /// Only tokens whose information is nearest to the entropy, up to this probability together, can be drawn. 1 is no
    /// limit.
    /// </summary>
    /// <remarks>Source: Meister et al., Locally Typical Sampling, 2022 (arXiv:2202.00666).</remarks>
    public float TypicalP { get; init; } = 1;

    /// <summary>
    /// Positive logits of tokens that occurred already are divided by this, negative ones multiplied. 1 is no penalty.
    /// </summary>
    /// <remarks>Source: Keskar et al., CTRL, 2019 (arXiv:1909.05858), § 4.1.</remarks>
    public float RepetitionPenalty { get; init; } = 1;

    /// <summary>Subtracted from a logit once for each time its token occurs in the completion; in [−2, 2].</summary>
    public float FrequencyPenalty { get; init; }

    /// <summary>Subtracted from the logit of each token that occurs in the completion; in [−2, 2].</summary>
    public float PresencePenalty { get; init; }

    /// <summary>Added to the logits of single tokens, by id; −100 bans, +100 forces.</summary>
    public IReadOnlyDictionary<int, float> LogitBias { get; init; } = new Dictionary<int, float>();

    /// <summary>Texts that the completion must not contain: the token that would complete one is never drawn.</summary>
    public IReadOnlyList<string> BadWords { get; init; } = [];

    /// <summary>Seed of the draws: the same prompt, options and seed give the same completion.</summary>
    public ulong Seed { get; init; }

    /// <summary>The completion ends before the first of these that appears in it.</summary>
    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>The completion ends before the first of these, beside the model's own.</summary>
    public IReadOnlyList<int> StopTokenIds { get; init; } = [];

    /// <summary>Whether the model's own stop tokens are drawn like any other.</summary>
    public bool IgnoresEndOfText { get; init; }

    /// <summary>Whether the text includes the stop string that ended it.</summary>
    public bool IncludesStopString { get; init; }

    /// <summary>Tokens before which no stop token can be drawn.</summary>
    public int MinTokens { get; init; }

    /// <summary>Length at which the completion is cut, in tokens.</summary>
    public int MaxTokens { get; init; } = 512;

    /// <summary>Alternatives that beam search keeps; 1 is sampling.</summary>
    public int Beams { get; init; } = 1;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public SamplingOptions Validated()
    {
        var problems = new Problems(nameof(SamplingOptions));
        problems.Require(Temperature is >= 0 and < float.PositiveInfinity, Temperature, "must be finite, at least 0");
        problems.Require(TopK is null or > 0, TopK, "must be positive, or null for no limit");
        problems.Require(TopP is > 0 and <= 1, TopP, "must lie in (0, 1]");
        problems.Require(MinP is >= 0 and <= 1, MinP, "must lie in [0, 1]");
        problems.Require(TypicalP is > 0 and <= 1, TypicalP, "must lie in (0, 1]");
        problems.Require(
            RepetitionPenalty is > 0 and < float.PositiveInfinity, RepetitionPenalty, "must be finite and positive");
        problems.Require(FrequencyPenalty is >= -2 and <= 2, FrequencyPenalty, "must lie in [-2, 2]");
        problems.Require(PresencePenalty is >= -2 and <= 2, PresencePenalty, "must lie in [-2, 2]");
        problems.Require(
            LogitBias.Values.All(bias => bias is >= -100 and <= 100), $"{LogitBias.Count} biases",
            "must lie in [-100, 100]", nameof(LogitBias));
        RequireNoEmpty(problems, StopStrings, nameof(StopStrings));
        RequireNoEmpty(problems, BadWords, nameof(BadWords));
        problems.Require(MaxTokens > 0, MaxTokens, "must be positive");
        problems.Require(
            MinTokens >= 0 && MinTokens <= MaxTokens, MinTokens, $"must lie in [0, MaxTokens], which is {MaxTokens}");
        problems.Require(Beams > 0, Beams, "must be positive");
        problems.ThrowIfAny();
        return this;
    }

    private static void RequireNoEmpty(Problems problems, IReadOnlyList<string> texts, string name) => problems.Require(
        texts.All(text => text.Length > 0), $"[{string.Join(", ", texts)}]", "must not contain an empty string", name);
}
