using Puyu.Abstractions;

namespace Puyu.Data.Code;

/// <summary>How repositories become texts.</summary>
public sealed record RepositoryOptions
{
    /// <summary>Tokens of a text, at most, unless a single file has more. InternLM2: 32 K.</summary>
    public int TokenLimit { get; init; } = 32_768;

    /// <summary>File of the tokenizer that counts them; null for a quarter of the bytes.</summary>
    public string? Tokenizer { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public RepositoryOptions Validated()
    {
        var problems = new Problems(nameof(RepositoryOptions));
        problems.Require(TokenLimit > 0, TokenLimit, "must be positive");
        problems.ThrowIfAny();
        return this;
    }
}
