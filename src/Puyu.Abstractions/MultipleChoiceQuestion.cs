namespace Puyu.Abstractions;

/// <summary>A question with several completions of which one is right.</summary>
/// <param name="Id">Unique in its set.</param>
/// <param name="Prompt">What the completion follows.</param>
/// <param name="Choices">The completions, at least two, all different.</param>
/// <param name="Answer">Index of the right one.</param>
public sealed record MultipleChoiceQuestion(string Id, string Prompt, IReadOnlyList<string> Choices, int Answer);
