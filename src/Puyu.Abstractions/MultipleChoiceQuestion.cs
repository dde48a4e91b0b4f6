namespace Puyu.Abstractions;

/// <summary>A question with several completions of which one is right.</summary>
/// <param name="Id">Unique in its set.</param>
/// <param name="Prompt">What the completion follows.</param>
/// <param name="Choices">The completions, at least two, all different.</param>
/// <param name="Answer">Index of the right one.</param>
public sealed record MultipleChoiceQuestion(string Id, string Prompt, IReadOnlyList<string> Choices, int Answer)
{
    /// <summary>
    /// A prompt in the same form that asks nothing in particular: what a choice's log-probability is compared with, so
    /// that a summary does not win by being common. Empty for the beginning of a text.
    /// </summary>
    public string NeutralPrompt { get; init; } = "";
}
