using System.Collections.Immutable;
using System.Xml;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Documentation;

/// <summary>Reads .NET XML documentation: a document a member, with what is said of it as text.</summary>
/// <remarks>
/// All members of a file begin at offset 0 and are told apart by their number. Where a file stops being XML the members
/// before stay, and the rest is quarantined.
/// </remarks>
internal sealed class DocumentationReader(RecordOptions options) : FileReader(FormatName)
{
    /// <summary>As recipes call the format.</summary>
    public const string FormatName = "dotnet-docs";

    /// <inheritdoc/>
    protected override IEnumerable<Document> Read(
        SourcePart part, ByteSource source, RecordPlaces places, Quarantine quarantine)
    {
        var documents = new List<Document>();
        var buffer = new RecordBuffer(source, options.MaxRecordBytes);
        byte[] bytes = buffer.ReadRest().ToArray();
        if (buffer.IsTooLong)
        {
            quarantine.Add(part.File, 0, options.TooLong("file"));
            return documents;
        }

        string? pack = ReferencePacks.PackOf(part.File);
        try
        {
            using var xml = new DocumentationXml(new MemoryStream(bytes));
            while (TryNext(xml, part.File, quarantine) is { } member)
            {
                documents.Add(ToDocument(member, xml.Assembly, pack) with { Source = places.Next(0) });
            }
        }
        catch (XmlException problem)
        {
            (long offset, string reason) = source.Damage is { } damage
                ? (source.DamageOffset, damage)
                : (0, FormattableString.Invariant(
                    $"({problem.LineNumber},{problem.LinePosition}): not well-formed XML: {problem.Message}"));
            quarantine.Add(part.File, offset, reason);
        }
        catch (InvalidDataException problem)
        {
            quarantine.Add(part.File, 0, problem.Message);
        }

        return documents;
    }

    private static Document ToDocument(DocumentedMember member, string assembly, string? pack)
    {
        Document document = member.ToDocument();
        ImmutableSortedDictionary<string, string> metadata = document.Metadata;
        metadata = assembly.Length > 0 ? metadata.Add("assembly", assembly) : metadata;
        return document with { Metadata = pack is null ? metadata : metadata.Add("pack", pack) };
    }

    /// <summary>The next member that has a name; null at the end.</summary>
    private static DocumentedMember? TryNext(DocumentationXml xml, string file, Quarantine quarantine)
    {
        while (true)
        {
            try
            {
                return xml.Next();
            }
            catch (InvalidDataException problem)
            {
                quarantine.Add(file, 0, problem.Message);
            }
        }
    }
}
