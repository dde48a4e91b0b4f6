using Puyu.Abstractions;

namespace Puyu.Cli.LoadTest;

/// <summary>What a load test sends.</summary>
internal sealed record LoadOptions
{
    /// <summary>Address of the server, with or without <c>/v1</c>.</summary>
    public required Uri Server { get; init; }

    /// <summary>Model to ask for; null for the first that the server lists.</summary>
    public string? Model { get; init; }

    /// <summary>Key sent with each request; null for none.</summary>
    public string? ApiKey { get; init; }

    /// <summary>Requests in all.</summary>
    public int Requests { get; init; } = 64;

    /// <summary>Requests under way at once at most.</summary>
    public int Concurrency { get; init; } = 8;

    /// <summary>
    /// Requests that begin in a second on average, at random intervals; null for as soon as there is room.
    /// </summary>
    public double? Rate { get; init; }

    /// <summary>Tokens of a prompt.</summary>
    public LengthMix PromptTokens { get; init; } = new(253, 253);

    /// <summary>Tokens of a completion.</summary>
    public LengthMix CompletionTokens { get; init; } = new(128, 128);

    /// <summary>Seed of lengths, prompts and intervals.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public LoadOptions Validated()
    {
        var problems = new Problems("bench serve");
        problems.Require(
            Server.Scheme is "http" or "https", Server, "must begin with http:// or https://", "the server");
        problems.Require(Requests >= 1, Requests, "must be at least 1", "--requests");
        problems.Require(Concurrency >= 1, Concurrency, "must be at least 1", "--concurrency");
        problems.Require(Rate is null or > 0, Rate, "must be positive", "--rate");
        problems.ThrowIfAny();
        return this;
    }
}
