using Puyu.Abstractions;

namespace Puyu.Data.Text;

/// <summary>What <see cref="NormalizeStage"/> changes besides what it always does.</summary>
public sealed record NormalizeOptions
{
    /// <summary>What becomes of full-width forms.</summary>
    public FullWidthForms FullWidth { get; init; } = FullWidthForms.Keep;

    /// <summary>
    /// Whether several spaces within a line become one. Those at its beginning stay; turn it off for tables in text.
    /// </summary>
    public bool CollapsesSpaces { get; init; } = true;

    /// <summary>Empty lines in a row that stay.</summary>
    public int MaxEmptyLines { get; init; } = 2;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public NormalizeOptions Validated()
    {
        var problems = new Problems(nameof(NormalizeOptions));
        problems.Require(MaxEmptyLines >= 0, MaxEmptyLines, "must not be negative");
        problems.ThrowIfAny();
        return this;
    }
}
