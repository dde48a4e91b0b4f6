using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>How <see cref="GopherRepetitionStage"/> reads texts. Any combination is valid.</summary>
public sealed record GopherRepetitionOptions
{
    /// <summary>Whose reading of the rules.</summary>
    public RuleSemantics Semantics { get; init; } = RuleSemantics.Datatrove;

    /// <summary>How ideographs are counted; only with <see cref="RuleSemantics.Datatrove"/>.</summary>
    public IdeographWords Ideographs { get; init; } = IdeographWords.Characters;
}
