namespace Puyu.Inference.Constraints;

/// <summary>A named expression, so that expressions may contain themselves.</summary>
/// <param name="name">For errors.</param>
internal sealed class Rule(string name)
{
    /// <summary>For errors.</summary>
    public string Name => name;

    /// <summary>What the rule says; nothing fits until it is set.</summary>
    public Expression Body { get; set; } = Expression.Nothing;
}
