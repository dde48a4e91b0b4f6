namespace Puyu.Cli.LoadTest;

/// <summary>What one request of a load test took.</summary>
/// <param name="PromptTokens">As the server counts them.</param>
/// <param name="CompletionTokens">As the server counts them.</param>
/// <param name="FirstToken">TTFT: from sending to the first text.</param>
/// <param name="Total">From sending to the end of the stream.</param>
/// <param name="Gaps">ITL: between successive pieces.</param>
/// <param name="Failure">Why it failed; null if it did not.</param>
internal sealed record RequestTiming(
    int PromptTokens, int CompletionTokens, TimeSpan FirstToken, TimeSpan Total, IReadOnlyList<TimeSpan> Gaps,
    string? Failure)
{
    /// <summary>TPOT: mean time of a token behind the first.</summary>
    public TimeSpan PerToken => (Total - FirstToken) / Math.Max(1, CompletionTokens - 1);

    /// <summary>A request that failed.</summary>
    public static RequestTiming Failed(string why) => new(0, 0, TimeSpan.Zero, TimeSpan.Zero, [], why);
}
