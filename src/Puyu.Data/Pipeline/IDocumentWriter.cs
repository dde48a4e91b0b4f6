namespace Puyu.Data.Pipeline;

/// <summary>Writes documents to one file.</summary>
public interface IDocumentWriter : IDisposable
{
    /// <summary>Where the next document will begin, in the file as it is before compression.</summary>
    long Position { get; }

    /// <summary>Appends a document.</summary>
    void Write(Document document);
}
