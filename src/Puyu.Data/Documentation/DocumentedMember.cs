using System.Text;

namespace Puyu.Data.Documentation;

/// <summary>A member of an assembly with its documentation, as clean text.</summary>
/// <param name="Id">Documentation ID, e.g. <c>M:System.String.Trim(System.Char)</c>.</param>
/// <param name="Summary">What it is or does; not empty.</param>
/// <param name="Parameters">The documented parameters, in order.</param>
/// <param name="Returns">What it returns, or the value of a property; empty if not said.</param>
public sealed record DocumentedMember(
    string Id, string Summary, IReadOnlyList<DocumentedParameter> Parameters, string Returns)
{
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
                body.Append("\n- ").Append(parameter.Name).Append(": ").Append(parameter.Text);
            }

            if (Returns.Length > 0)
            {
                body.Append("\nReturns: ").Append(Returns);
            }

            return body.ToString();
        }
    }

    /// <summary>
    /// First line of the document: kind and full name, with the line's end, e.g. <c>type System.String</c>.
    /// </summary>
    public string Heading => $"{Kind.ToString().ToLowerInvariant()} {QualifiedName}\n";

    /// <summary>The document a model is trained on: the heading, then the body; the layout never varies.</summary>
    public Document ToDocument() => new(Id, $"{Heading}{Body}\n") { Member = this };
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
