namespace Puyu.Data.Classifiers;

/// <summary>A text and whether it is of the kind that a classifier learns to find.</summary>
/// <param name="Text">The text.</param>
/// <param name="IsPositive">Whether it is of that kind, such as toxic.</param>
public readonly record struct LabeledText(string Text, bool IsPositive);
