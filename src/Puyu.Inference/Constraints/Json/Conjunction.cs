using System.Text.Json;

namespace Puyu.Inference.Constraints.Json;

/// <summary>Schemas that a value must fit all at once, references and allOf resolved.</summary>
internal sealed class Conjunction
{
    private static readonly string[] _allTypes = ["string", "number", "object", "array", "boolean", "null"];

    /// <summary>The type that a keyword is about.</summary>
    private static readonly Dictionary<string, string> _typeOfKeyword = new(StringComparer.Ordinal)
    {
        ["properties"] = "object",
        ["required"] = "object",
        ["additionalProperties"] = "object",
        ["items"] = "array",
        ["prefixItems"] = "array",
        ["minItems"] = "array",
        ["maxItems"] = "array",
        ["minLength"] = "string",
        ["maxLength"] = "string",
        ["pattern"] = "string",
        ["format"] = "string",
        ["minimum"] = "number",
        ["maximum"] = "number",
        ["exclusiveMinimum"] = "number",
        ["exclusiveMaximum"] = "number",
    };

    /// <summary>Resolves schemas.</summary>
    /// <param name="document">Where references point.</param>
    /// <param name="parts">What a value must fit.</param>
    public Conjunction(SchemaDocument document, IEnumerable<SchemaPart> parts)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var all = new List<SchemaPart>();
        var pending = new Queue<SchemaPart>(parts);
        while (pending.TryDequeue(out SchemaPart part))
        {
            if (!seen.Add(part.Path))
            {
                continue;
            }

            part.RequireSupported();
            all.Add(part);
            if (part["$ref"] is not null)
            {
                pending.Enqueue(document.Resolve(part));
            }

            foreach (SchemaPart branch in part["allOf"] is null ? [] : part.List("allOf"))
            {
                pending.Enqueue(branch);
            }
        }

        Parts = all;
    }

    /// <summary>What a value must fit.</summary>
    public IReadOnlyList<SchemaPart> Parts { get; }

    /// <summary>Whether one of the schemas refuses everything.</summary>
    public bool IsFalse => Parts.Any(part => part.Element.ValueKind == JsonValueKind.False);

    /// <summary>Whether every value fits.</summary>
    public bool SaysNothing => !IsFalse && !Parts.Any(part => part.Keywords.Any());

    /// <summary>The type that a keyword is about; null for those about all types.</summary>
    public static string? TypeOfKeyword(string keyword) => _typeOfKeyword.GetValueOrDefault(keyword);

    /// <summary>
    /// Types of values that fit, where <c>number</c> includes <c>integer</c>. Where no schema says, those that its
    /// other keywords are about: a value of another type would fit too, but is hardly meant.
    /// </summary>
    public IReadOnlyList<string> Types()
    {
        IEnumerable<string>? types = null;
        foreach (SchemaPart part in Having("type"))
        {
            IReadOnlyList<string> own = TypesOf(part);
            types = types is null ? own : Both([.. types], own);
        }

        if (types is not null)
        {
            return [.. types.Distinct()];
        }

        string[] implied = [.. Parts.SelectMany(part => part.Keywords)
            .Select(TypeOfKeyword)
            .OfType<string>().Distinct()];
        return implied.Length > 0 ? implied : _allTypes;
    }

    /// <summary>The values that are listed, each in all lists; null where no schema lists any.</summary>
    public IReadOnlyList<JsonElement>? Listed()
    {
        IReadOnlyList<JsonElement>? values = null;
        foreach (SchemaPart part in Parts)
        {
            values = part["const"] is { } only ? Both(values, [only]) : values;
            if (part["enum"] is { } list)
            {
                part.Require(list.ValueKind == JsonValueKind.Array, "enum", "must be a list");
                values = Both(values, [.. list.EnumerateArray()]);
            }
        }

        return values;

        static List<JsonElement> Both(IReadOnlyList<JsonElement>? values, List<JsonElement> own) => values is null
            ? own
            : own.FindAll(value => values.Any(other => JsonElement.DeepEquals(value, other)));
    }

    /// <summary>The schemas that have a keyword.</summary>
    public IEnumerable<SchemaPart> Having(string keyword) => Parts.Where(part => part[keyword] is not null);

    /// <summary>Names of properties that must be there.</summary>
    public IEnumerable<string> Required() => Parts.SelectMany(part => part.Texts("required")).Distinct();

    /// <summary>Names of properties that schemas describe, in their order.</summary>
    public IEnumerable<string> Described() => Having("properties").SelectMany(part =>
    {
        JsonElement properties = part["properties"]!.Value;
        part.Require(properties.ValueKind == JsonValueKind.Object, "properties", "must be an object");
        return properties.EnumerateObject().Select(property => property.Name);
    }).Distinct();

    /// <summary>What the value of a property must fit.</summary>
    public IEnumerable<SchemaPart> Property(string name)
    {
        foreach (SchemaPart part in Parts)
        {
            if (part["properties"] is { } properties && properties.TryGetProperty(name, out JsonElement _))
            {
                yield return part.Property(name);
            }
            else if (part["additionalProperties"] is not null)
            {
                yield return part.Below("additionalProperties");
            }
        }
    }

    /// <summary>Whether a value is of a type.</summary>
    public static bool IsOfType(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.String => type == "string",
        JsonValueKind.Number => type == "number"
            || (type == "integer" && value.TryGetDecimal(out decimal number) && number == decimal.Truncate(number)),
        JsonValueKind.Object => type == "object",
        JsonValueKind.Array => type == "array",
        JsonValueKind.True or JsonValueKind.False => type == "boolean",
        _ => type == "null",
    };

    private static IReadOnlyList<string> TypesOf(SchemaPart part)
    {
        IReadOnlyList<string> types = part["type"]!.Value.ValueKind == JsonValueKind.String
            ? [part.Text("type")!]
            : part.Texts("type");
        string? unknown = types.FirstOrDefault(type => type != "integer" && !_allTypes.Contains(type));
        part.Require(unknown is null, "type", $"names {unknown}, which is no type");
        return types;
    }

    private static IEnumerable<string> Both(string[] types, IReadOnlyList<string> others) =>
        types.Where(type => others.Contains(type) || (type == "integer" && others.Contains("number")))
            .Concat(others.Where(type => type == "integer" && types.Contains("number")));
}
