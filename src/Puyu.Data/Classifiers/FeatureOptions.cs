using Puyu.Abstractions;

namespace Puyu.Data.Classifiers;

/// <summary>What a linear classifier looks at.</summary>
public sealed record FeatureOptions
{
    /// <summary>Binary logarithm of the number of weights; features share them by hash.</summary>
    public int BucketBits { get; init; } = 18;

    /// <summary>Words of the longest sequence of words; 0 to look at characters alone.</summary>
    public int MaxWords { get; init; } = 2;

    /// <summary>Characters of the shortest sequence of characters.</summary>
    public int MinCharacters { get; init; } = 1;

    /// <summary>Characters of the longest sequence of characters; 0 to look at words alone.</summary>
    public int MaxCharacters { get; init; } = 4;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public FeatureOptions Validated()
    {
        var problems = new Problems(nameof(FeatureOptions));
        problems.Require(BucketBits is >= 8 and <= 26, BucketBits, "must lie in [8, 26]");
        problems.Require(MaxWords is >= 0 and <= 2, MaxWords, "must lie in [0, 2]");
        problems.Require(MinCharacters >= 1, MinCharacters, "must be positive");
        problems.Require(MaxCharacters is >= 0 and <= 4, MaxCharacters, "must lie in [0, 4]");
        problems.Require(
            MaxWords > 0 || MaxCharacters >= MinCharacters, MaxCharacters,
            "must be MinCharacters or more if MaxWords is 0, else there is nothing to look at");
        problems.ThrowIfAny();
        return this;
    }
}
