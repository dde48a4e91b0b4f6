namespace Puyu.Data.Pipeline;

/// <summary>What a stage made of a document.</summary>
/// <param name="Document">The document, changed or not. Its source stays.</param>
/// <param name="Note">
/// What to say beside the values if it is removed, such as the blocked domain or the n-gram; null for nothing.
/// </param>
public readonly record struct StageResult(Document Document, string? Note = null);
