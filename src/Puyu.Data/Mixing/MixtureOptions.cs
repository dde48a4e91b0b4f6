using Puyu.Abstractions;

namespace Puyu.Data.Mixing;

/// <summary>Groups of documents and how many of their tokens an output takes.</summary>
internal sealed record MixtureOptions
{
    private const int MaxGroups = 1000;

    /// <summary>
    /// Tokens of the output; null for as many as the groups with a weight can give without repeating documents more
    /// often than they may.
    /// </summary>
    public long? Tokens { get; init; }

    /// <summary>The groups. A document belongs to the first that it fits, and is left out if it fits none.</summary>
    public required IReadOnlyList<MixtureGroupOptions> Groups { get; init; }

    /// <summary>Notes everything wrong with these options.</summary>
    public void Check(Problems problems)
    {
        problems.Require(Groups.Count is > 0 and <= MaxGroups, Groups.Count, $"must lie in [1, {MaxGroups}]", "groups");
        problems.Require(
            Groups.DistinctBy(group => group.Name).Count() == Groups.Count,
            string.Join(", ", Groups.Select(group => group.Name)), "must not have a name twice", "groups");
        problems.Require(Tokens is null or > 0, Tokens, "must be positive", "mixture.tokens");
        problems.Require(
            Tokens is null || Groups.Any(group => group.Weight is not null), Tokens,
            "must not be given without a group with a weight, whose tokens it bounds", "mixture.tokens");
        foreach (MixtureGroupOptions group in Groups)
        {
            group.Check(problems);
        }
    }
}

/// <summary>Documents of one kind. What is not given fits every document; what is given must fit together.</summary>
internal sealed record MixtureGroupOptions
{
    private const double MaxEpochsOfAll = 1000;

    /// <summary>As reports name it.</summary>
    public required string Name { get; init; }

    /// <summary>Patterns of the files that the documents were read from; one must fit.</summary>
    public IReadOnlyList<string> Sources { get; init; } = [];

    /// <summary>Metadata that the documents have: by name, the values of which one must be theirs.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Metadata { get; init; } =
        new Dictionary<string, IReadOnlyList<string>>();

    /// <summary>Ranges that the documents' scores lie in, by name.</summary>
    public IReadOnlyDictionary<string, ScoreRange> Scores { get; init; } = new Dictionary<string, ScoreRange>();

    /// <summary>Share, relative to others', of the tokens that the groups with epochs leave.</summary>
    public double? Weight { get; init; }

    /// <summary>How often the group is gone through, whole or not; 0 leaves it out.</summary>
    public double? Epochs { get; init; }

    /// <summary>How often a group with a weight may be gone through.</summary>
    public double MaxEpochs { get; init; } = 1;

    /// <summary>InternEvo's type of data; that of the output if it is null.</summary>
    public string? Type { get; init; }

    /// <summary>Notes everything wrong with these options.</summary>
    public void Check(Problems problems)
    {
        problems.Require(
            Weight is null != Epochs is null, Weight is null ? "neither" : "both",
            "must be one of weight and epochs", $"what {Name} takes");
        problems.Require(
            Weight is null || (Weight > 0 && double.IsFinite(Weight.Value)), Weight, "must be positive",
            $"weight of {Name}");
        problems.Require(
            Epochs is null or (>= 0 and <= MaxEpochsOfAll), Epochs, $"must lie in [0, {MaxEpochsOfAll}]",
            $"epochs of {Name}");
        problems.Require(
            MaxEpochs is > 0 and <= MaxEpochsOfAll, MaxEpochs, $"must lie in (0, {MaxEpochsOfAll}]",
            $"maxEpochs of {Name}");
    }
}

/// <summary>Where a score may lie; null for no bound.</summary>
/// <param name="Min">Lowest value.</param>
/// <param name="Max">Highest value.</param>
internal sealed record ScoreRange(float? Min = null, float? Max = null)
{
    /// <summary>Whether a value lies in the range. NaN does not.</summary>
    public bool Contains(float value) =>
        value >= (Min ?? float.NegativeInfinity) && value <= (Max ?? float.PositiveInfinity);
}
