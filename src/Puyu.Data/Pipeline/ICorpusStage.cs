namespace Puyu.Data.Pipeline;

/// <summary>
/// What can only be decided with all documents in view, such as which are duplicates. It runs in three phases, of which
/// the first and the last take a part of the corpus each, so that parts may be on other threads or machines.
/// </summary>
/// <remarks>
/// Decisions must not depend on the order of parts or documents, nor on how documents are divided into parts, only on
/// the documents, with <see cref="DocumentSource.Key"/> to break ties.
/// </remarks>
public interface ICorpusStage
{
    /// <summary>As recipes and ledgers call it, such as <c>minhash</c>.</summary>
    string Name { get; }

    /// <summary>First phase: writes what of a part the decision needs.</summary>
    /// <param name="part">Its documents, streamed.</param>
    /// <param name="summary">Written from its beginning.</param>
    void Summarize(IEnumerable<Document> part, Stream summary);

    /// <summary>Second phase: decides on all parts at once, in bounded memory.</summary>
    /// <param name="summaries">Files that <see cref="Summarize"/> wrote, one for each part.</param>
    /// <param name="folder">Empty, for whatever does not fit the memory; the caller deletes it.</param>
    /// <returns>The documents to remove or change, in ascending order of their keys, streamed.</returns>
    IEnumerable<Decision> Decide(IReadOnlyList<string> summaries, string folder);

    /// <summary>Third phase: a document on which there is a decision.</summary>
    /// <returns>What is left of it; null to remove it.</returns>
    Document? Apply(Document document, Decision decision);
}
