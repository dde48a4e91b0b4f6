using Puyu.Abstractions;

namespace Puyu.Data.Mixing;

/// <summary>An output of tokens, as a recipe has it.</summary>
internal sealed record TokenOutputOptions
{
    /// <summary>A file or folder that <see cref="Puyu.Tokenizers.TokenizerFile"/> reads.</summary>
    public required string Tokenizer { get; init; }

    /// <summary>Whether a document begins with the tokenizer's token for that.</summary>
    public bool Bos { get; init; }

    /// <summary>Whether a document ends with the tokenizer's token for that.</summary>
    public bool Eos { get; init; } = true;

    /// <summary>Whether documents are shuffled; else they are in the order of the sources.</summary>
    public bool Shuffle { get; init; } = true;

    /// <summary>Seed of the order; that of the recipe if it is null.</summary>
    public ulong? Seed { get; init; }

    /// <summary>Most tokens of a file, unless a single document has more.</summary>
    public long ShardTokens { get; init; } = 100_000_000;

    /// <summary>InternEvo's type of data, the name of a folder; "en" if it is null.</summary>
    public string? Type { get; init; }

    /// <summary>Which documents, in which shares; null for all of them once.</summary>
    public MixtureOptions? Mixture { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <param name="isTyped">Whether the format has folders of types.</param>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public TokenOutputOptions Validated(bool isTyped)
    {
        var problems = new Problems("the output");
        problems.Require(ShardTokens > 0, ShardTokens, "must be positive", "shardTokens");
        problems.Require(
            Shuffle || Mixture is null, "false", "must be true where there is a mixture, which draws", "shuffle");
        RequireType(problems, Type, "type", isTyped);
        Mixture?.Check(problems);
        foreach (MixtureGroupOptions group in Mixture?.Groups ?? [])
        {
            RequireType(problems, group.Type, $"type of {group.Name}", isTyped);
        }

        problems.ThrowIfAny();
        return this;
    }

    private static bool IsOfAName(char unit) => char.IsAsciiLetterOrDigit(unit) || unit is '-' or '_';

    private static void RequireType(Problems problems, string? type, string name, bool isTyped)
    {
        problems.Require(isTyped || type is null, type, "must not be given: only internevo has types", name);
        problems.Require(
            type is null || (type.Length > 0 && type.All(IsOfAName)), type,
            "must be the name of a folder, of letters, digits, - and _", name);
    }
}
