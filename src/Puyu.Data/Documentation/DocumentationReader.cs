using System.Xml;

namespace Puyu.Data.Documentation;

/// <summary>Reads a .NET XML documentation file member by member.</summary>
internal static class DocumentationReader
{
    private static readonly XmlReaderSettings _settings = new()
    {
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
    };

    /// <summary>Reads the members that have a summary.</summary>
    /// <param name="path">The file.</param>
    /// <param name="membersRead">Number of members, with and without summary.</param>
    /// <exception cref="InvalidDataException">
    /// The file is not well-formed or not a documentation file; the message says where.
    /// </exception>
    public static List<DocumentedMember> Read(string path, out int membersRead)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16);
        using var xml = XmlReader.Create(stream, _settings);
        var members = new List<DocumentedMember>();
        membersRead = 0;
        try
        {
            xml.MoveToContent();
            if (xml.LocalName != "doc")
            {
                throw Malformed(path, xml, $"the root element is <{xml.LocalName}> but must be <doc>");
            }

            while (xml.Read())
            {
                if (xml is { NodeType: XmlNodeType.Element, LocalName: "member" })
                {
                    membersRead++;
                    if (ReadMember(xml, path) is { } member)
                    {
                        members.Add(member);
                    }
                }
            }

            return members;
        }
        catch (XmlException problem)
        {
            throw new InvalidDataException(
                $"{path}({problem.LineNumber},{problem.LinePosition}): not well-formed XML: {problem.Message}",
                problem);
        }
    }

    private static DocumentedMember? ReadMember(XmlReader xml, string path)
    {
        string? id = xml.GetAttribute("name");
        if (id is null || id.Length < 3 || id[1] != ':')
        {
            throw Malformed(path, xml, $"a member is named \"{id}\" but must be named like T:System.String");
        }

        if (xml.IsEmptyElement)
        {
            return null;
        }

        string summary = "";
        string returns = "";
        var parameters = new List<DocumentedParameter>();
        int depth = xml.Depth;
        while (xml.Read() && xml.Depth > depth)
        {
            if (xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (xml.LocalName)
            {
                case "summary":
                    summary = DocumentationText.Read(xml);
                    break;
                case "returns" or "value":
                    returns = DocumentationText.Read(xml);
                    break;
                case "param":
                    AddParameter(xml, parameters);
                    break;
                default:
                    DocumentationText.Skip(xml);
                    break;
            }
        }

        return summary.Length == 0 ? null : new DocumentedMember(id, summary, parameters, returns);
    }

    private static void AddParameter(XmlReader xml, List<DocumentedParameter> parameters)
    {
        string name = xml.GetAttribute("name") ?? "";
        string text = DocumentationText.Read(xml);
        if (name.Length > 0 && text.Length > 0)
        {
            parameters.Add(new DocumentedParameter(name, text));
        }
    }

    private static InvalidDataException Malformed(string path, XmlReader xml, string problem)
    {
        var position = (IXmlLineInfo)xml;
        return new InvalidDataException($"{path}({position.LineNumber},{position.LinePosition}): {problem}");
    }
}
