using System.Collections.Immutable;
using System.Text;

namespace Puyu.Data.Documentation;

/// <summary>A member of an assembly with its documentation, as clean text.</summary>
/// <remarks>
/// As a document it is <see cref="Body"/>, and, once it has a heading, <see cref="Heading"/> before it: lines that
/// <see cref="Of"/> reads again, so that whatever a pipeline does to the text is done to the member.
/// </remarks>
/// <param name="Id">Documentation ID, e.g. <c>M:System.String.Trim(System.Char)</c>.</param>
/// <param name="Summary">What it is or does, one line; empty if not said.</param>
/// <param name="Parameters">The documented parameters, in order.</param>
/// <param name="Returns">What it returns, or the value of a property; empty if not said.</param>
public sealed record DocumentedMember(
    string Id, string Summary, IReadOnlyList<DocumentedParameter> Parameters, string Returns)
{
    private const string KindKey = "kind";
    private const string HeadingKey = "heading";
    private const string ParameterMark = "- ";
    private const string ReturnsMark = "Returns: ";

    /// <summary>Kind of member, from the first letter of the ID.</summary>
    public MemberKind Kind => Id[0] switch
    {
        'T' => MemberKind.Type,
        'M' => MemberName.IsConstructor(Id) ? MemberKind.Constructor : MemberKind.Method,
        'P' => MemberKind.Property,
        'F' => MemberKind.Field,
        'E' => MemberKind.Event,
        _ => MemberKind.Namespace,
    };

    /// <summary>Full name without arguments, e.g. <c>System.String.Trim</c>: what overloads have in common.</summary>
    public string Name => MemberName.WithoutArguments(Id);

    /// <summary>Full name of the type that has the member; of a type, its own name.</summary>
    public string TypeName => Kind is MemberKind.Type or MemberKind.Namespace ? Name : MemberName.Parent(Name);

    /// <summary>
    /// Everything before the last part of the type's name: its namespace; of a nested type, the type around it.
    /// </summary>
    public string Container => Kind == MemberKind.Namespace ? "" : MemberName.Parent(TypeName);

    /// <summary>Name with simple argument types, as one would write it, e.g. <c>String.Trim(Char)</c>.</summary>
    public string DisplayName => MemberName.Display(Id);

    /// <summary>
    /// <see cref="DisplayName"/> behind <see cref="Container"/>, e.g. <c>System.String.Trim(Char)</c>.
    /// </summary>
    public string QualifiedName => Container.Length == 0 ? DisplayName : $"{MemberName.Clean(Container)}.{DisplayName}";

    /// <summary>What is said of the member, without its name: two members with equal bodies are duplicates.</summary>
    public string Body
    {
        get
        {
            var body = new StringBuilder(Summary);
            foreach (DocumentedParameter parameter in Parameters)
            {
                body.Append('\n').Append(ParameterMark).Append(parameter.Name).Append(": ").Append(parameter.Text);
            }

            if (Returns.Length > 0)
            {
                body.Append('\n').Append(ReturnsMark).Append(Returns);
            }

            return body.ToString();
        }
    }

    /// <summary>
    /// First line of the text that a model reads: kind and full name, with the line's end, e.g.
    /// <c>type System.String</c>.
    /// </summary>
    public string Heading => $"{KindName} {QualifiedName}\n";

    private string KindName => Kind.ToString().ToLowerInvariant();

    /// <summary>
    /// The member as it is read: its body, or nothing if it has no summary, whatever else is said; as metadata
    /// <c>kind</c>, <c>name</c> and <c>heading</c>.
    /// </summary>
    internal Document ToDocument()
    {
        ImmutableSortedDictionary<string, string>.Builder metadata = Document.NoMetadata.ToBuilder();
        metadata.Add(KindKey, KindName);
        metadata.Add("name", Name);
        metadata.Add(HeadingKey, Heading.TrimEnd('\n'));
        return new Document(Id, Summary.Length == 0 ? "" : Body) { Metadata = metadata.ToImmutable() };
    }

    /// <summary>The member that a document is about; null of any other document.</summary>
    public static DocumentedMember? Of(Document document)
    {
        ArgumentNullException.ThrowIfNull(document);
        if (!MemberName.IsId(document.Id) || !document.Metadata.ContainsKey(KindKey)
            || !document.Metadata.TryGetValue(HeadingKey, out string? heading))
        {
            return null;
        }

        string[] lines = document.Text.Split('\n');
        int summary = lines[0] == heading && lines.Length > 1 ? 1 : 0;
        var parameters = new List<DocumentedParameter>();
        string returns = "";
        foreach (string line in lines.AsSpan(summary + 1))
        {
            int colon = line.IndexOf(": ", StringComparison.Ordinal);
            if (line.StartsWith(ReturnsMark, StringComparison.Ordinal))
            {
                returns = line[ReturnsMark.Length..];
            }
            else if (line.StartsWith(ParameterMark, StringComparison.Ordinal) && colon > 0)
            {
                parameters.Add(new DocumentedParameter(line[ParameterMark.Length..colon], line[(colon + 2)..]));
            }
        }

        return new DocumentedMember(document.Id, lines[summary], parameters, returns);
    }
}

/// <summary>A documented parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Text">What is said of it; not empty.</param>
public sealed record DocumentedParameter(string Name, string Text);

/// <summary>Kind of a documented member.</summary>
public enum MemberKind
{
    /// <summary>A class, structure, interface, enumeration or delegate.</summary>
    Type,

    /// <summary>A constructor.</summary>
    Constructor,

    /// <summary>A method or operator.</summary>
    Method,

    /// <summary>A property or indexer.</summary>
    Property,

    /// <summary>A field or a constant, e.g. of an enumeration.</summary>
    Field,

    /// <summary>An event.</summary>
    Event,

    /// <summary>A namespace.</summary>
    Namespace,
}
