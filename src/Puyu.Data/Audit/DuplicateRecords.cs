namespace Puyu.Data.Audit;

/// <summary>A document that repeats another one.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Stage">Name of the stage that found it.</param>
/// <param name="Rule">Which rule, such as <c>near-duplicate</c>.</param>
/// <param name="IsRemoved">Whether the document was removed; else what it repeats was cut out of it.</param>
/// <param name="Id">Of the document.</param>
/// <param name="Source">Where it was read.</param>
/// <param name="SurvivorId">Id of the document that it repeats.</param>
/// <param name="SurvivorSource">Where that was read, in this run or one that made an index before it.</param>
/// <param name="Value">What was measured: how similar they are, or how many UTF-16 units were cut.</param>
/// <param name="Bound">What it was compared with.</param>
public sealed record DuplicatePair(
    string Step, string Stage, string Rule, bool IsRemoved, string Id, DocumentSource Source, string SurvivorId,
    DocumentSource SurvivorSource, float Value, float Bound);

/// <summary>The clusters of duplicates that one stage found: each a document that stays, and those that went.</summary>
/// <param name="Step">Name of the step.</param>
/// <param name="Stage">Name of the stage.</param>
/// <param name="Duplicates">Documents that it removed.</param>
/// <param name="Clusters">Documents because of which it removed some.</param>
/// <param name="Sizes">How many clusters there are of each size, ascending.</param>
/// <param name="Largest">The largest ones, the largest first, then by source.</param>
public sealed record DuplicateSummary(
    string Step, string Stage, long Duplicates, long Clusters, IReadOnlyList<ClusterSize> Sizes,
    IReadOnlyList<DuplicateCluster> Largest);

/// <summary>How many clusters there are of a size.</summary>
/// <param name="Size">Documents, the one that stays included; at least 2.</param>
/// <param name="Clusters">How many.</param>
public sealed record ClusterSize(long Size, long Clusters);

/// <summary>A document that stays, with its duplicates.</summary>
/// <param name="Id">Of the document that stays.</param>
/// <param name="Source">Where that was read.</param>
/// <param name="IsKept">
/// Whether it is in the result: a later stage may have removed it. Null if it is of an earlier run.
/// </param>
/// <param name="Duplicates">How many documents repeat it.</param>
/// <param name="Members">The first of them, in the order of the sources.</param>
public sealed record DuplicateCluster(
    string Id, DocumentSource Source, bool? IsKept, long Duplicates, IReadOnlyList<DuplicateMember> Members);

/// <summary>One of the duplicates of a document.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Source">Where it was read.</param>
/// <param name="Value">How similar it is to the one that stays.</param>
public sealed record DuplicateMember(string Id, DocumentSource Source, float Value);
