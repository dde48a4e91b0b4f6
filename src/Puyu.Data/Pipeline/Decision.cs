namespace Puyu.Data.Pipeline;

/// <summary>What a stage with all documents in view decided on one.</summary>
/// <param name="Key">Of the document: <see cref="DocumentSource.Key"/>.</param>
/// <param name="Rule">Which rule, such as <c>near-duplicate</c>.</param>
/// <param name="Value">What was measured, such as the resemblance.</param>
/// <param name="Threshold">What it was compared with.</param>
/// <param name="MatchedId">Id of the document because of which it was decided; null if there is none.</param>
/// <param name="MatchedSource">Where that was read; <see cref="DocumentSource.None"/> if there is none.</param>
/// <param name="Payload">What <see cref="ICorpusStage.Apply"/> needs besides, such as spans to cut.</param>
public sealed record Decision(
    UInt128 Key, string Rule, float Value, float Threshold, string? MatchedId, DocumentSource MatchedSource,
    ReadOnlyMemory<byte> Payload);
