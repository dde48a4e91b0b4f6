using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Puyu.Inference.Tests.Support;

/// <summary>Judges values by JSON Schema as its specification reads, independently of what compiles schemas.</summary>
internal sealed class SchemaValidator(JsonElement root)
{
    /// <summary>What is wrong with a value; null if it fits.</summary>
    public string? Problem(JsonElement value) => Problem(root, value, "#");

    private string? Problem(JsonElement schema, JsonElement value, string at)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return schema.ValueKind == JsonValueKind.True ? null : $"{at}: false";
        }

        foreach (JsonProperty keyword in schema.EnumerateObject())
        {
            if (Problem(schema, keyword.Name, keyword.Value, value, at) is { } problem)
            {
                return problem;
            }
        }

        return null;
    }

    private string? Problem(JsonElement schema, string keyword, JsonElement rule, JsonElement value, string at)
    {
        bool fits = keyword switch
        {
            "$ref" => Problem(Resolve(rule.GetString()!), value, at) is null,
            "allOf" => rule.EnumerateArray().All(branch => Problem(branch, value, at) is null),
            "anyOf" => rule.EnumerateArray().Any(branch => Problem(branch, value, at) is null),
            "oneOf" => rule.EnumerateArray().Count(branch => Problem(branch, value, at) is null) == 1,
            "type" => rule.ValueKind == JsonValueKind.String
                ? IsOfType(value, rule.GetString()!)
                : rule.EnumerateArray().Any(type => IsOfType(value, type.GetString()!)),
            "enum" => rule.EnumerateArray().Any(item => JsonElement.DeepEquals(item, value)),
            "const" => JsonElement.DeepEquals(rule, value),
            _ => value.ValueKind switch
            {
                JsonValueKind.String => FitsString(keyword, rule, value.GetString()!),
                JsonValueKind.Number => FitsNumber(keyword, rule, value.GetDouble()),
                JsonValueKind.Array => FitsArray(schema, keyword, rule, [.. value.EnumerateArray()], at),
                JsonValueKind.Object => FitsObject(schema, keyword, rule, value, at),
                _ => true,
            },
        };
        return fits ? null : $"{at}: {value.GetRawText()} breaks {keyword} {rule.GetRawText()}";
    }

    private JsonElement Resolve(string reference) => reference.Split('/').Skip(1)
        .Aggregate(root, (element, token) => element.GetProperty(token));

    private static bool IsOfType(JsonElement value, string type) => type switch
    {
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        _ => string.Equals(value.ValueKind.ToString(), type, StringComparison.OrdinalIgnoreCase),
    };

    private static bool FitsString(string keyword, JsonElement rule, string value) => keyword switch
    {
        "minLength" => value.EnumerateRunes().Count() >= rule.GetInt32(),
        "maxLength" => value.EnumerateRunes().Count() <= rule.GetInt32(),
        "pattern" => new Regex(rule.GetString()!, RegexOptions.CultureInvariant).IsMatch(value),
        "format" => FitsFormat(rule.GetString()!, value),
        _ => true,
    };

    private static bool FitsFormat(string format, string value) => format switch
    {
        "date" => DateOnly.TryParseExact(value, "yyyy-MM-dd", out DateOnly _),
        "date-time" => DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, out DateTimeOffset _),
        "uuid" => Guid.TryParseExact(value, "D", out Guid _),
        "ipv4" => IPAddress.TryParse(value, out IPAddress? v4) && v4.ToString() == value,
        "ipv6" => IPAddress.TryParse(value, out IPAddress? v6) && v6.GetAddressBytes().Length == 16,
        "email" => System.Net.Mail.MailAddress.TryCreate(value, out System.Net.Mail.MailAddress? _),
        "uri" => Uri.TryCreate(value, UriKind.Absolute, out Uri? _),
        "hostname" => Uri.CheckHostName(value) != UriHostNameType.Unknown,
        _ => throw new ArgumentException($"no judge for {format}"),
    };

    private static bool FitsNumber(string keyword, JsonElement rule, double value) => keyword switch
    {
        "minimum" => value >= rule.GetDouble(),
        "maximum" => value <= rule.GetDouble(),
        "exclusiveMinimum" => value > rule.GetDouble(),
        "exclusiveMaximum" => value < rule.GetDouble(),
        _ => true,
    };

    private bool FitsArray(JsonElement schema, string keyword, JsonElement rule, JsonElement[] items, string at)
    {
        int prefix = schema.TryGetProperty("prefixItems", out JsonElement firsts) ? firsts.GetArrayLength() : 0;
        return keyword switch
        {
            "minItems" => items.Length >= rule.GetInt32(),
            "maxItems" => items.Length <= rule.GetInt32(),
            "prefixItems" => items.Zip(rule.EnumerateArray())
                .All(pair => Problem(pair.Second, pair.First, $"{at}/[]") is null),
            "items" => items.Skip(prefix).All(item => Problem(rule, item, $"{at}/[]") is null),
            _ => true,
        };
    }

    private bool FitsObject(JsonElement schema, string keyword, JsonElement rule, JsonElement value, string at)
    {
        bool hasProperties = schema.TryGetProperty("properties", out JsonElement described);
        return keyword switch
        {
            "required" => rule.EnumerateArray().All(name => value.TryGetProperty(name.GetString()!, out JsonElement _)),
            "properties" => value.EnumerateObject().All(member =>
                !rule.TryGetProperty(member.Name, out JsonElement property)
                || Problem(property, member.Value, $"{at}/{member.Name}") is null),
            "additionalProperties" => value.EnumerateObject().All(member =>
                (hasProperties && described.TryGetProperty(member.Name, out JsonElement _))
                || Problem(rule, member.Value, $"{at}/{member.Name}") is null),
            _ => true,
        };
    }
}
