using System.Xml;

namespace Puyu.Data.Documentation;

/// <summary>Takes a .NET XML documentation file apart, member by member.</summary>
/// <remarks>
/// Source: C# language specification, annex D. Comments, processing instructions and DTDs are not read.
/// </remarks>
internal sealed class DocumentationXml : IDisposable
{
    private static readonly XmlReaderSettings _settings = new()
    {
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
    };

    private readonly XmlReader _xml;

    /// <summary>Begins a file.</summary>
    /// <exception cref="XmlException">It does not begin as XML does.</exception>
    /// <exception cref="InvalidDataException">Its root is not that of a documentation file.</exception>
    public DocumentationXml(Stream stream)
    {
        _xml = XmlReader.Create(stream, _settings);
        _xml.MoveToContent();
        if (_xml.LocalName != "doc")
        {
            throw Malformed($"the root element is <{_xml.LocalName}> but must be <doc>");
        }
    }

    /// <summary>Name of the assembly, which stands before its members; empty if it is not said.</summary>
    public string Assembly { get; private set; } = "";

    /// <summary>Reads the next member.</summary>
    /// <returns>Null at the end. The summary of a member that says none is empty.</returns>
    /// <exception cref="XmlException">Nothing behind here can be read.</exception>
    /// <exception cref="InvalidDataException">This member is malformed; the next can be read.</exception>
    public DocumentedMember? Next()
    {
        while (_xml.Read())
        {
            if (_xml is { NodeType: XmlNodeType.Element, LocalName: "member" })
            {
                return ReadMember();
            }

            if (_xml is { NodeType: XmlNodeType.Element, LocalName: "assembly" })
            {
                Assembly = DocumentationText.Read(_xml);
            }
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose() => _xml.Dispose();

    private DocumentedMember ReadMember()
    {
        string id = _xml.GetAttribute("name") ?? "";
        if (!MemberName.IsId(id))
        {
            throw Malformed($"a member is named \"{id}\" but must be named like T:System.String");
        }

        string summary = "";
        string returns = "";
        var parameters = new List<DocumentedParameter>();
        bool isEmpty = _xml.IsEmptyElement; // asked before its children are
        int depth = _xml.Depth;
        while (!isEmpty && _xml.Read() && _xml.Depth > depth)
        {
            if (_xml.NodeType != XmlNodeType.Element)
            {
                continue;
            }

            switch (_xml.LocalName)
            {
                case "summary":
                    summary = DocumentationText.Read(_xml);
                    break;
                case "returns" or "value":
                    returns = DocumentationText.Read(_xml);
                    break;
                case "param":
                    AddParameter(parameters);
                    break;
                default:
                    DocumentationText.Skip(_xml);
                    break;
            }
        }

        return new DocumentedMember(id, summary, parameters, returns);
    }

    private void AddParameter(List<DocumentedParameter> parameters)
    {
        string name = _xml.GetAttribute("name") ?? "";
        string text = DocumentationText.Read(_xml);
        if (name.Length > 0 && text.Length > 0)
        {
            parameters.Add(new DocumentedParameter(name, text));
        }
    }

    private InvalidDataException Malformed(string problem)
    {
        var position = (IXmlLineInfo)_xml;
        return new InvalidDataException(
            FormattableString.Invariant($"({position.LineNumber},{position.LinePosition}): {problem}"));
    }
}
