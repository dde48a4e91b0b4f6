using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>How <see cref="FineWebStage"/> reads texts. Any combination is valid.</summary>
public sealed record FineWebOptions
{
    /// <summary>Which lines end like sentences.</summary>
    public LineEnds LineEnds { get; init; } = LineEnds.AllScripts;

    /// <summary>How ideographs are counted.</summary>
    public IdeographWords Ideographs { get; init; } = IdeographWords.Characters;
}
