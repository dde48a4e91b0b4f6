namespace Puyu.Data;

/// <summary>
/// A cleaned corpus, divided so that what a model is evaluated on was not among what it is trained on.
/// </summary>
/// <param name="Training">What to train on, in the order of the sources.</param>
/// <param name="HeldOut">A random share that was kept from training.</param>
/// <param name="HeldOutNamespace">A whole namespace that was kept from training; empty for plain documents.</param>
/// <param name="Funnel">How many documents each stage left over.</param>
/// <param name="Sources">The folders that were read.</param>
public sealed record Corpus(
    IReadOnlyList<Document> Training,
    IReadOnlyList<Document> HeldOut,
    IReadOnlyList<Document> HeldOutNamespace,
    CorpusFunnel Funnel,
    IReadOnlyList<string> Sources);

/// <summary>What became of the documents.</summary>
public sealed record CorpusFunnel
{
    /// <summary>Files read.</summary>
    public required int Files { get; init; }

    /// <summary>Members, or plain documents, in those files.</summary>
    public required int Read { get; init; }

    /// <summary>Those with a summary, or with any text.</summary>
    public required int WithText { get; init; }

    /// <summary>Removed: equal to an earlier one but for the name, case, space and punctuation.</summary>
    public required int ExactDuplicates { get; init; }

    /// <summary>Removed: similar to an earlier one.</summary>
    public required int NearDuplicates { get; init; }

    /// <summary>What is left.</summary>
    public required int Kept { get; init; }

    /// <summary>Length of what is left, in UTF-8.</summary>
    public required long KeptBytes { get; init; }

    /// <summary>Of these, for training.</summary>
    public required int Training { get; init; }

    /// <summary>Of these, the random held-out share.</summary>
    public required int HeldOut { get; init; }

    /// <summary>Of these, the held-out namespace.</summary>
    public required int HeldOutNamespace { get; init; }

    /// <summary>
    /// Of these, neither: members of the held-out namespace that are related to something in training, and held-out
    /// documents that resemble something in training.
    /// </summary>
    public required int SetAside { get; init; }
}
