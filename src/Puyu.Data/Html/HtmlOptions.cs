using Puyu.Abstractions;

namespace Puyu.Data.Html;

/// <summary>How the main content of a page is found and written.</summary>
public sealed record HtmlOptions
{
    /// <summary>Plain text or Markdown.</summary>
    public HtmlOutput Output { get; init; } = HtmlOutput.Text;

    /// <summary>Whether what readers commented follows the content.</summary>
    public bool Comments { get; init; }

    /// <summary>
    /// Characters below which the content is looked for again without class names, and below which the whole page is
    /// taken rather than what was found.
    /// </summary>
    public int LittleChars { get; init; } = 250;

    /// <summary>Elements nested deeper than this lose their tags, not their text.</summary>
    public int MaximumDepth { get; init; } = 256;

    /// <summary>Elements from which on a page is not parsed but only stripped of its tags.</summary>
    public int MaximumElements { get; init; } = 100_000;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public HtmlOptions Validated()
    {
        var problems = new Problems(nameof(HtmlOptions));
        problems.Require(Enum.IsDefined(Output), Output, "must be Text or Markdown");
        problems.Require(LittleChars >= 0, LittleChars, "must not be negative");
        problems.Require(MaximumDepth is >= 16 and <= 4096, MaximumDepth, "must lie in [16, 4096]");
        problems.Require(
            MaximumElements is >= 1000 and <= 10_000_000, MaximumElements, "must lie in [1,000, 10,000,000]");
        problems.ThrowIfAny();
        return this;
    }
}
