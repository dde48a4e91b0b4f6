using Puyu.Abstractions;

namespace Puyu.Data.Classifiers;

/// <summary>Which classifier judges documents, and how.</summary>
public sealed record ClassifierStageOptions
{
    /// <summary>File of the model.</summary>
    public required string Model { get; init; }

    /// <summary>
    /// Characters that are judged at once, up to the next end of a line or sentence; the worst of them counts, so that
    /// one advertisement in a long page is seen. 0 judges the whole text at once.
    /// </summary>
    public int WindowCharacters { get; init; } = 2000;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public ClassifierStageOptions Validated()
    {
        var problems = new Problems(nameof(ClassifierStageOptions));
        problems.Require(!string.IsNullOrWhiteSpace(Model), Model, "must be the file of a model");
        problems.Require(
            WindowCharacters is 0 or >= 50, WindowCharacters, "must be 0 for the whole text, or 50 or more");
        problems.ThrowIfAny();
        return this;
    }
}
