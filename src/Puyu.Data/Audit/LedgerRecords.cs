using Puyu.Data.Pipeline;

namespace Puyu.Data.Audit;

/// <summary>A document as the ledger knows it.</summary>
/// <param name="Number">In the ledger, from 1, in the order of the sources.</param>
/// <param name="Id">As its source names it.</param>
/// <param name="Source">Where it was read.</param>
/// <param name="Bytes">Of its text in UTF-8, as it was read.</param>
/// <param name="OutputFile">
/// The file of documents that has it, below the folder of the run; null if it was removed, or no output is of
/// documents.
/// </param>
/// <param name="OutputOffset">Where it begins there, before compression.</param>
/// <param name="IsKept">Whether no stage removed it.</param>
public sealed record LedgerDocument(
    long Number, string Id, DocumentSource Source, long Bytes, string? OutputFile, long? OutputOffset, bool IsKept);

/// <summary>Where the tokens of a document are, once; a mixture may have it several times.</summary>
/// <param name="File">The file, below the folder of the run.</param>
/// <param name="First">Its first token in the file, from 0.</param>
/// <param name="Count">How many it has.</param>
/// <param name="Epoch">Which time it is that its group is gone through, from 0.</param>
public sealed record LedgerTokens(string File, long First, int Count, int Epoch);

/// <summary>What an output of tokens took of a group.</summary>
/// <param name="Output">Folder of the output.</param>
/// <param name="Name">Of the group.</param>
/// <param name="TargetTokens">What it should take.</param>
/// <param name="Tokens">What it took.</param>
/// <param name="Documents">Documents it took, each as often as it did.</param>
/// <param name="AvailableTokens">What there was.</param>
/// <param name="AvailableDocuments">Documents that there were.</param>
public sealed record LedgerMixture(
    string Output, string Name, long TargetTokens, long Tokens, long Documents, long AvailableTokens,
    long AvailableDocuments);

/// <summary>What a stage decided on a document.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Stage">Name of the stage.</param>
/// <param name="IsRemoved">Whether the document was removed; else it was changed.</param>
/// <param name="Rule">Which rule: of a stage over single documents, the measure.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Bound">What it was compared with.</param>
/// <param name="Side"><c>min</c> or <c>max</c>: which bound was broken; null of a corpus stage.</param>
/// <param name="Note">What the stage said besides.</param>
/// <param name="MatchedId">Id of the document because of which it was decided.</param>
/// <param name="Matched">Where that was read.</param>
public sealed record LedgerDecision(
    string Step, string Stage, bool IsRemoved, string Rule, float Value, float Bound, string? Side, string? Note,
    string? MatchedId, DocumentSource? Matched);

/// <summary>What was measured on a document.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Measure">The measure with its bounds.</param>
/// <param name="Value">The value; NaN if there was nothing to measure.</param>
public sealed record LedgerValue(string Step, string Stage, Measure Measure, float Value);

/// <summary>One value that was measured on a document.</summary>
/// <param name="Number">Of the document in the ledger, from 1.</param>
/// <param name="Id">As its source names it.</param>
/// <param name="File">Where it was read.</param>
/// <param name="Value">The value; NaN if there was nothing to measure.</param>
internal readonly record struct MeasuredDocument(long Number, string Id, string File, float Value);

/// <summary>How many documents went how far.</summary>
/// <param name="Documents">Read.</param>
/// <param name="Bytes">Of their texts in UTF-8.</param>
/// <param name="Quarantined">Records that could not be read.</param>
/// <param name="Stages">In order.</param>
/// <param name="Kept">Documents in the result.</param>
/// <param name="KeptBytes">Of their texts in UTF-8.</param>
public sealed record LedgerFunnel(
    long Documents, long Bytes, long Quarantined, IReadOnlyList<FunnelStage> Stages, long Kept, long KeptBytes);

/// <summary>What one stage did.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Documents">That came to it.</param>
/// <param name="Removed">That it removed.</param>
/// <param name="RemovedBytes">
/// Of their texts in UTF-8, as they came to the pass of the stage: behind the last stage before it whose
/// <paramref name="Bytes"/> are known.
/// </param>
/// <param name="Changed">That it changed the text of.</param>
/// <param name="Bytes">Of the texts behind it; null where they were not counted, between stages of one pass.</param>
public sealed record FunnelStage(
    string Step, string Stage, long Documents, long Removed, long RemovedBytes, long Changed, long? Bytes)
{
    /// <summary>Documents that it let through.</summary>
    public long Kept => Documents - Removed;
}

/// <summary>What other bounds of one measure would have done.</summary>
/// <param name="Present">The measure with the bounds of the run.</param>
/// <param name="Tried">The same with other bounds.</param>
/// <param name="Documents">That came to the stage.</param>
/// <param name="Kept">That the stage let through.</param>
/// <param name="KeptThen">That it would have let through.</param>
/// <param name="NewlyRemoved">Let through, and then not.</param>
/// <param name="NewlyRemovedFromOutput">Those of them that are in the result.</param>
/// <param name="NewlyKept">Not let through, and then so; what later stages would do to them is not known.</param>
public sealed record WhatIf(
    Measure Present, Measure Tried, long Documents, long Kept, long KeptThen, long NewlyRemoved,
    long NewlyRemovedFromOutput, long NewlyKept);
