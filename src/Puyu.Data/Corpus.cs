namespace Puyu.Data;

/// <summary>Documents, divided so that what a model is evaluated on was not among what it is trained on.</summary>
/// <param name="Training">What to train on, in the order of the documents.</param>
/// <param name="HeldOut">A random share that was kept from training.</param>
/// <param name="HeldOutNamespace">A whole namespace that was kept from training; empty for plain documents.</param>
/// <param name="SetAside">
/// How many are neither: members of the held-out namespace that are related to something in training, and held-out
/// documents that resemble something in training.
/// </param>
public sealed record Corpus(
    IReadOnlyList<Document> Training, IReadOnlyList<Document> HeldOut, IReadOnlyList<Document> HeldOutNamespace,
    int SetAside)
{
    /// <summary>Divides documents. The result depends on them, their order and the options only.</summary>
    /// <param name="documents">Free of duplicates, as a run of the data engine leaves them.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidDataException">Nothing is left to train on.</exception>
    public static Corpus Divide(
        IReadOnlyList<Document> documents, DivisionOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(options);
        Corpus corpus = Division.Of(documents, options, cancellationToken);
        return corpus.Training.Count > 0
            ? corpus
            : throw new InvalidDataException(
                $"none of {documents.Count} documents is left to train on: give more documents, or lower HeldOutShare");
    }
}
