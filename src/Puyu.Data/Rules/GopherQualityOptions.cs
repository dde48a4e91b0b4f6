using System.Collections.Immutable;
using Puyu.Abstractions;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>How <see cref="GopherQualityStage"/> reads texts.</summary>
public sealed record GopherQualityOptions
{
    /// <summary>Whose reading of the rules.</summary>
    public RuleSemantics Semantics { get; init; } = RuleSemantics.Datatrove;

    /// <summary>How ideographs are counted; only with <see cref="RuleSemantics.Datatrove"/>.</summary>
    public IdeographWords Ideographs { get; init; } = IdeographWords.Characters;

    /// <summary>Words of which prose has some, spelled exactly so.</summary>
    public ImmutableArray<string> StopWords { get; init; } =
        ["the", "be", "to", "of", "and", "that", "have", "with"];

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">There are no stop words.</exception>
    public GopherQualityOptions Validated()
    {
        var problems = new Problems(nameof(GopherQualityOptions));
        int stopWords = StopWords.IsDefault ? 0 : StopWords.Length;
        problems.Require(stopWords > 0, stopWords, "must be positive: list the words", nameof(StopWords));
        problems.ThrowIfAny();
        return this;
    }
}
