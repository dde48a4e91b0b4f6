using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>How <see cref="SignalsStage"/> reads texts. Any combination is valid.</summary>
public sealed record SignalsOptions
{
    /// <summary>How ideographs are counted.</summary>
    public IdeographWords Ideographs { get; init; } = IdeographWords.Characters;
}
