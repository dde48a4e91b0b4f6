using System.Text;

namespace Puyu.Data.Code;

/// <summary>A file of a repository as summaries hold it.</summary>
/// <param name="Source">Where the document was read.</param>
/// <param name="Id">Of the document.</param>
/// <param name="Repository">Name of the repository.</param>
/// <param name="Path">Path in the repository.</param>
/// <param name="Text">Its text.</param>
internal sealed record CodeRecord(DocumentSource Source, string Id, string Repository, string Path, string Text)
{
    /// <summary>The file that a document is; null if it does not say of which repository.</summary>
    public static CodeRecord? Of(Document document) =>
        document.Metadata.TryGetValue("repository", out string? repository)
            ? new CodeRecord(
                document.Source, document.Id, repository,
                document.Metadata.GetValueOrDefault("path", document.Source.File), document.Text)
            : null;

    /// <summary>Appends the record.</summary>
    public void Write(BinaryWriter writer)
    {
        WriteSource(writer, Source);
        writer.Write(Id);
        writer.Write(Repository);
        writer.Write(Path);
        writer.Write(Text);
    }

    /// <summary>Reads all records of a stream.</summary>
    public static IEnumerable<CodeRecord> ReadAll(Stream stream)
    {
        using var reader = new BinaryReader(stream, Encoding.UTF8);
        while (stream.Position < stream.Length)
        {
            yield return new CodeRecord(
                ReadSource(reader), reader.ReadString(), reader.ReadString(), reader.ReadString(), reader.ReadString());
        }
    }

    /// <summary>Appends a place.</summary>
    public static void WriteSource(BinaryWriter writer, DocumentSource source)
    {
        writer.Write(source.File);
        writer.Write(source.Offset);
        writer.Write(source.Index);
    }

    /// <summary>Reads a place.</summary>
    public static DocumentSource ReadSource(BinaryReader reader) =>
        new(reader.ReadString(), reader.ReadInt64(), reader.ReadInt32());
}
