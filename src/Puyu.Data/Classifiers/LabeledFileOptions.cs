using Puyu.Abstractions;

namespace Puyu.Data.Classifiers;

/// <summary>Where a file of labelled texts has text and label.</summary>
public sealed record LabeledFileOptions
{
    /// <summary>
    /// Name of the member or column of the text; a number counts the columns of a table without names from 1.
    /// </summary>
    public string Text { get; init; } = "text";

    /// <summary>The same for the label.</summary>
    public string Label { get; init; } = "label";

    /// <summary>The labels that are positive; any other is negative.</summary>
    public IReadOnlyList<string> Positive { get; init; } = ["1", "true"];

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is missing.</exception>
    public LabeledFileOptions Validated()
    {
        var problems = new Problems(nameof(LabeledFileOptions));
        problems.Require(Text.Length > 0, Text, "must name a member or column");
        problems.Require(Label.Length > 0, Label, "must name a member or column");
        problems.Require(Positive.Count > 0, Positive.Count, "must be positive: name the labels to be found");
        problems.ThrowIfAny();
        return this;
    }
}
