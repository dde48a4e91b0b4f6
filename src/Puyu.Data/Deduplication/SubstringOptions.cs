using Puyu.Abstractions;

namespace Puyu.Data.Deduplication;

/// <summary>What <see cref="SubstringStage"/> cuts, and which of several documents keeps it.</summary>
public sealed record SubstringOptions : DuplicateOptions
{
    /// <summary>UTF-8 bytes of the shortest repeated substring that is cut, T.</summary>
    public int MinBytes { get; init; } = 100;

    /// <summary>Words that must be left of a document from which something was cut, else it goes.</summary>
    public int MinDocumentWords { get; init; } = 1;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public SubstringOptions Validated()
    {
        var problems = new Problems(nameof(SubstringOptions));
        problems.Require(MinBytes >= 8, MinBytes, "must be at least 8");
        problems.Require(MinDocumentWords > 0, MinDocumentWords, "must be positive");
        Require(problems);
        problems.ThrowIfAny();
        return this;
    }
}
