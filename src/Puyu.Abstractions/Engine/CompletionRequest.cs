namespace Puyu.Abstractions.Engine;

/// <summary>A prompt to complete, and how.</summary>
public sealed record CompletionRequest
{
    /// <summary>What is completed.</summary>
    public required Prompt Prompt { get; init; }

    /// <summary>How tokens are drawn and when a completion ends.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Completions of the one prompt, each with a seed of its own; at least 1.</summary>
    public int Choices { get; init; } = 1;

    /// <summary>
    /// Most likely alternatives reported for each token; 0 reports the drawn token alone, null nothing.
    /// </summary>
    public int? TopLogProbabilities { get; init; }

    /// <summary>Whether the first update reports the tokens of the prompt and their log-probabilities.</summary>
    public bool ScoresPrompt { get; init; }

    /// <summary>What the completion must look like; null for anything.</summary>
    public OutputConstraint? Constraint { get; init; }

    /// <summary>Name of a loaded adapter; null for the model itself.</summary>
    public string? Adapter { get; init; }

    /// <summary>Who asks: cached prefixes are shared within a tenant alone. Null is a tenant too.</summary>
    public string? Tenant { get; init; }

    /// <summary>Requests of a higher class go first.</summary>
    public int Priority { get; init; }

    /// <summary>The conversation that this continues; its history is put before the prompt. Null for none.</summary>
    public string? SessionId { get; init; }

    /// <summary>Whether special tokens appear in the text.</summary>
    public bool ShowsSpecialTokens { get; init; }
}
