namespace Puyu.Data.Pipeline;

/// <summary>Reads the documents of a file format. Used by several threads at once.</summary>
public interface IDocumentReader
{
    /// <summary>
    /// Cuts a file at borders of records. The cuts depend on the file and the size alone, and reading all parts gives
    /// the same documents, with the same sources, as reading the file whole.
    /// </summary>
    /// <param name="file">Path of a file, or of a folder where the format is one of folders.</param>
    /// <param name="name">How documents name the file: <see cref="DocumentSource.File"/>.</param>
    /// <param name="partBytes">Stored bytes of a part at which the next border of records ends it; positive.</param>
    /// <returns>In the order of the file; none for an empty file.</returns>
    IReadOnlyList<SourcePart> Split(string file, string name, long partBytes);

    /// <summary>Reads a part, one document at a time.</summary>
    /// <param name="part">One that <see cref="Split"/> gave.</param>
    /// <param name="quarantine">Takes the records that cannot be read; the rest is read all the same.</param>
    /// <returns>Documents with their sources, in the order of the part.</returns>
    IEnumerable<Document> Read(SourcePart part, Quarantine quarantine);
}
