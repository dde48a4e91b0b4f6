using System.Globalization;
using System.Text.Json;

namespace Puyu.Serving;

/// <summary>
/// A JSON object of a request, read member by member: null is absent, and what has the wrong type or is out of range is
/// an error that names its path.
/// </summary>
/// <param name="element">The object.</param>
/// <param name="path">Where it stands; empty for the whole body.</param>
internal readonly struct Fields(JsonElement element, string path = "")
{
    public JsonElement Element => element;

    /// <summary>Path of a member, e.g. <c>messages[0].role</c>.</summary>
    public string PathOf(string name) => path.Length == 0 ? name : $"{path}.{name}";

    /// <summary>Whether a member is there and not null.</summary>
    public bool Has(string name) => Get(name) is not null;

    public JsonElement? Get(string name) =>
        element.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public string? Text(string name) => Get(name) is { } value ? TextOf(value, PathOf(name)) : null;

    public string RequiredText(string name) => Text(name) ?? throw Missing(name);

    public ApiException Missing(string name) =>
        ApiException.Invalid($"{PathOf(name)} is missing", PathOf(name), "missing_required_parameter");

    public int? Integer(string name, int min = int.MinValue, int max = int.MaxValue) =>
        Get(name) is { } value ? IntegerOf(value, PathOf(name), min, max) : null;

    public float? Number(string name, float min, float max)
    {
        if (Get(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Number || !value.TryGetSingle(out float number))
        {
            throw Mistyped(value, PathOf(name), "a number");
        }

        return number >= min && number <= max
            ? number
            : throw OutOfRange(PathOf(name), value.GetRawText(), $"must lie in [{Invariant(min)}, {Invariant(max)}]");
    }

    public bool? Flag(string name) => Get(name) is not { } value ? null : value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Mistyped(value, PathOf(name), "true or false"),
    };

    public Fields? Object(string name) => Get(name) is { } value ? ObjectOf(value, PathOf(name)) : null;

    /// <summary>The members of an array with their paths; null where it is absent.</summary>
    public IReadOnlyList<(JsonElement Value, string Path)>? List(string name) =>
        Get(name) is { } value ? ListOf(value, PathOf(name)) : null;

    /// <summary>One string or an array of them; empty where the member is absent.</summary>
    public IReadOnlyList<string> Texts(string name) => Get(name) is not { } value
        ? []
        : value.ValueKind == JsonValueKind.String
            ? [TextOf(value, PathOf(name))]
            : [.. ListOf(value, PathOf(name), "a string or an array").Select(item => TextOf(item.Value, item.Path))];

    /// <summary>An array of token ids; empty where the member is absent.</summary>
    /// <param name="name">Of the member.</param>
    /// <param name="vocabSize">Ids are below this.</param>
    public IReadOnlyList<int> TokenIds(string name, int vocabSize) => List(name) is { } items
        ? [.. items.Select(item => IntegerOf(item.Value, item.Path, 0, vocabSize - 1))]
        : [];

    /// <summary>Throws if a member is there that this server does not have.</summary>
    public void Refuse(string name, string why)
    {
        if (Has(name))
        {
            throw ApiException.Unsupported(PathOf(name), why);
        }
    }

    public static string TextOf(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw Mistyped(value, path, "a string");
        }

        try
        {
            return value.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // "\ud800": half a character, which JSON's grammar allows.
            throw ApiException.Invalid($"{path} contains half of a surrogate pair", path);
        }
    }

    public static int IntegerOf(JsonElement value, string path, int min = int.MinValue, int max = int.MaxValue)
    {
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetInt32(out int number))
        {
            throw Mistyped(value, path, "an integer");
        }

        return number >= min && number <= max
            ? number
            : throw OutOfRange(
                path, Invariant(number),
                max == int.MaxValue ? $"must be at least {min}" : $"must lie in [{min}, {max}]");
    }

    public static Fields ObjectOf(JsonElement value, string path) =>
        value.ValueKind == JsonValueKind.Object ? new(value, path) : throw Mistyped(value, path, "an object");

    public static IReadOnlyList<(JsonElement Value, string Path)> ListOf(
        JsonElement value, string path, string expected = "an array") => value.ValueKind == JsonValueKind.Array
            ? [.. value.EnumerateArray().Select((item, index) => (item, $"{path}[{index}]"))]
            : throw Mistyped(value, path, expected);

    public static ApiException OutOfRange(string path, string value, string rule) =>
        ApiException.Invalid($"{path} is {value} but {rule}", path, "invalid_value");

    public static ApiException Mistyped(JsonElement value, string path, string expected)
    {
        string actual = value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "an array",
            JsonValueKind.String => "a string",
            JsonValueKind.Number => $"the number {value.GetRawText()}",
            JsonValueKind.Null => "null",
            _ => "a boolean",
        };
        return ApiException.Invalid($"{path} is {actual} but must be {expected}", path, "invalid_type");
    }

    private static string Invariant(IFormattable number) => number.ToString(format: null, CultureInfo.InvariantCulture);
}
