namespace Puyu.Data.Rules;

/// <summary>How <see cref="C4Stage"/> reads texts. Any combination is valid.</summary>
public sealed record C4Options
{
    /// <summary>Whose reading of the rules.</summary>
    public RuleSemantics Semantics { get; init; } = RuleSemantics.Datatrove;

    /// <summary>Which lines are sentences, and how their words are counted.</summary>
    public LineEnds LineEnds { get; init; } = LineEnds.Latin;

    /// <summary>
    /// Whether a line must end like a sentence to stay. FineWeb leaves this rule out and has one of its own.
    /// </summary>
    public bool RequiresLineEnds { get; init; } = true;
}
