namespace Puyu.Abstractions.Engine;

/// <summary>The next piece of a completion.</summary>
public sealed record CompletionUpdate
{
    /// <summary>Which of the request's choices, from 0.</summary>
    public int Choice { get; init; }

    /// <summary>Further text; whole characters, no part of a stop string; may be empty.</summary>
    public string Text { get; init; } = "";

    /// <summary>Tokens drawn since the last update of this choice.</summary>
    public IReadOnlyList<int> TokenIds { get; init; } = [];

    /// <summary>As many as <see cref="TokenIds"/> where the request asks for them, else empty.</summary>
    public IReadOnlyList<TokenScore> Scores { get; init; } = [];

    /// <summary>
    /// In the first update, where the request asks for them: the prompt's tokens; that of the first is 0.
    /// </summary>
    public IReadOnlyList<TokenScore> PromptScores { get; init; } = [];

    /// <summary>Why this choice ended; null while it goes on.</summary>
    public FinishReason? FinishReason { get; init; }

    /// <summary>The stop string that ended this choice; null if none did.</summary>
    public string? StopString { get; init; }

    /// <summary>Tokens of the prompt.</summary>
    public int PromptTokens { get; init; }

    /// <summary>Tokens of the prompt whose keys and values were cached.</summary>
    public int CachedTokens { get; init; }
}

/// <summary>A token with its log-probability before temperature and filters.</summary>
/// <param name="TokenId">Its id.</param>
/// <param name="Text">Its text; U+FFFD for bytes that are not whole characters.</param>
/// <param name="Bytes">Its bytes.</param>
/// <param name="LogProbability">Natural logarithm.</param>
public sealed record TokenScore(int TokenId, string Text, ReadOnlyMemory<byte> Bytes, float LogProbability)
{
    /// <summary>The most likely tokens in its place, likeliest first; without alternatives of their own.</summary>
    public IReadOnlyList<TokenScore> Alternatives { get; init; } = [];
}

/// <summary>Why a completion ended.</summary>
public enum FinishReason
{
    /// <summary>The model or a stop string ended it.</summary>
    Stop,

    /// <summary>It reached its length or the end of the context.</summary>
    Length,

    /// <summary>Somebody aborted it.</summary>
    Aborted,
}
