using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints.Json;

/// <summary>A schema inside a document.</summary>
/// <param name="Element">An object or a boolean.</param>
/// <param name="Path">Where it stands, as a JSON pointer behind #.</param>
internal readonly record struct SchemaPart(JsonElement Element, string Path)
{
    /// <summary>Keywords that say nothing about values.</summary>
    private static readonly HashSet<string> _annotations = new(StringComparer.Ordinal)
    {
        "$schema", "$id", "$comment", "$defs", "definitions", "title", "description", "default", "examples", "example",
        "deprecated", "readOnly", "writeOnly", "discriminator",
    };

    private static readonly HashSet<string> _keywords = new(StringComparer.Ordinal)
    {
        "$ref", "allOf", "anyOf", "oneOf", "type", "enum", "const", "properties", "required", "additionalProperties",
        "items", "prefixItems", "minItems", "maxItems", "minLength", "maxLength", "pattern", "format", "minimum",
        "maximum", "exclusiveMinimum", "exclusiveMaximum",
    };

    /// <summary>The keywords that say something about values.</summary>
    public IEnumerable<string> Keywords => Element.ValueKind != JsonValueKind.Object ? [] : Element.EnumerateObject()
        .Select(member => member.Name)
        .Where(_keywords.Contains);

    /// <summary>A keyword's value; null if it is absent.</summary>
    public JsonElement? this[string keyword] =>
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(keyword, out JsonElement value)
            ? value
            : null;

    /// <summary>The schema below a keyword.</summary>
    public SchemaPart Below(string keyword) => new(Element.GetProperty(keyword), $"{Path}/{keyword}");

    /// <summary>The schema of a property.</summary>
    public SchemaPart Property(string name) => new(
        Element.GetProperty("properties").GetProperty(name),
        $"{Path}/properties/{SchemaDocument.EscapeToken(name)}");

    /// <summary>The schemas of a list below a keyword.</summary>
    public IReadOnlyList<SchemaPart> List(string keyword)
    {
        JsonElement list = Element.GetProperty(keyword);
        string path = $"{Path}/{keyword}";
        Require(list.ValueKind == JsonValueKind.Array, keyword, "must be a list of schemas");
        return [.. list.EnumerateArray().Select((element, i) => new SchemaPart(element, $"{path}/{i}"))];
    }

    /// <summary>A keyword's value as a count; null if it is absent.</summary>
    public int? Count(string keyword)
    {
        if (this[keyword] is not { } value)
        {
            return null;
        }

        int count = 0;
        Require(
            value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out count) && count >= 0, keyword,
            "must be an integer, at least 0");
        return count;
    }

    /// <summary>A keyword's value as a number; null if it is absent.</summary>
    public decimal? Number(string keyword)
    {
        if (this[keyword] is not { } value)
        {
            return null;
        }

        decimal number = 0;
        Require(
            value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out number) && Math.Abs(number) < 1e27m,
            keyword, "must be a number of less than 27 digits");
        return number;
    }

    /// <summary>A keyword's value as a text; null if it is absent.</summary>
    public string? Text(string keyword)
    {
        if (this[keyword] is not { } value)
        {
            return null;
        }

        Require(value.ValueKind == JsonValueKind.String, keyword, "must be a string");
        return value.GetString();
    }

    /// <summary>A keyword's value as texts; none if it is absent.</summary>
    public IReadOnlyList<string> Texts(string keyword)
    {
        if (this[keyword] is not { } value)
        {
            return [];
        }

        Require(
            value.ValueKind == JsonValueKind.Array
                && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String),
            keyword, "must be a list of strings");
        return [.. value.EnumerateArray().Select(item => item.GetString()!)];
    }

    /// <summary>Throws where the schema is none, or has a keyword that is not supported.</summary>
    public void RequireSupported()
    {
        if (Element.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return;
        }

        Require(Element.ValueKind == JsonValueKind.Object, "", "must be an object or a boolean");
        foreach (JsonProperty member in Element.EnumerateObject())
        {
            bool isKnown = _keywords.Contains(member.Name) || _annotations.Contains(member.Name)
                || member.Name.StartsWith("x-", StringComparison.Ordinal);
            Require(isKnown, member.Name, "is a keyword that is not supported");
        }
    }

    /// <summary>Throws if a rule is broken; names the keyword and where it stands.</summary>
    public void Require(bool isMet, string keyword, string rule)
    {
        if (!isMet)
        {
            throw Error(keyword, rule);
        }
    }

    /// <summary>An error at a keyword.</summary>
    public EngineException Error(string keyword, string rule) => new(
        EngineErrorCode.InvalidConstraint, $"schema {Path}{(keyword.Length > 0 ? $"/{keyword}" : "")} {rule}");
}
