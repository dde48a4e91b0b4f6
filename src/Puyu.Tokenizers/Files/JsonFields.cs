using System.Globalization;
using System.Text.Json;

namespace Puyu.Tokenizers.Files;

/// <summary>A JSON value with the path that led to it, so that whatever does not fit can be named.</summary>
/// <param name="Value">The value; undefined where an optional member is absent.</param>
/// <param name="Path">Where it is, such as <c>tokenizer.json: model.merges[3]</c>.</param>
internal readonly record struct JsonFields(JsonElement Value, string Path)
{
    /// <summary>Whether the value is there and not null.</summary>
    public bool Exists => Value.ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>The value as text.</summary>
    public string Text
    {
        get
        {
            Require(JsonValueKind.String);
            try
            {
                return Value.GetString()!;
            }
            catch (InvalidOperationException halfPair)
            {
                throw new InvalidDataException($"{Path} has half of a surrogate pair", halfPair);
            }
        }
    }

    /// <summary>The value as an integer, 0 or more.</summary>
    public int Id => Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out int id) && id >= 0
        ? id
        : throw Invalid("an integer of 0 or more");

    /// <summary>The value as a number.</summary>
    public float Number => Value.ValueKind == JsonValueKind.Number && Value.TryGetSingle(out float number)
        ? number
        : throw Invalid("a number");

    /// <summary>Elements of an array.</summary>
    public IEnumerable<JsonFields> Elements
    {
        get
        {
            Require(JsonValueKind.Array);
            string path = Path;
            return Value.EnumerateArray().Select((element, index) => new JsonFields(
                element, string.Create(CultureInfo.InvariantCulture, $"{path}[{index}]")));
        }
    }

    /// <summary>A member; one that is absent does not <see cref="Exists"/>.</summary>
    public JsonFields this[string name]
    {
        get
        {
            Require(JsonValueKind.Object);
            return new JsonFields(
                Value.TryGetProperty(name, out JsonElement member) ? member : default,
                Path.EndsWith(' ') ? Path + name : $"{Path}.{name}");
        }
    }

    /// <summary>Parses a document.</summary>
    /// <exception cref="InvalidDataException">The bytes are no JSON object.</exception>
    public static JsonFields Parse(ReadOnlyMemory<byte> json, string name)
    {
        if (Utf8.InvalidOffset(json.Span) is int offset and >= 0)
        {
            throw new InvalidDataException($"{name} is not JSON: byte {offset} is not UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(json);
            var root = new JsonFields(document.RootElement.Clone(), name);
            root.Require(JsonValueKind.Object);
            return root with { Path = $"{name}: " };
        }
        catch (JsonException invalid)
        {
            throw new InvalidDataException($"{name} is not JSON: {invalid.Message}", invalid);
        }
    }

    /// <summary>The value as true or false; a default where it is absent.</summary>
    public bool Flag(bool otherwise) => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Undefined or JsonValueKind.Null => otherwise,
        _ => throw Invalid("true or false"),
    };

    /// <summary>Members of an object, in the order of the file.</summary>
    public IEnumerable<(string Name, JsonFields Value)> Members()
    {
        Require(JsonValueKind.Object);
        string path = Path;
        return Value.EnumerateObject().Select(member => (Name(member, path), new JsonFields(member.Value, path)));
    }

    /// <summary>An error about this value.</summary>
    public InvalidDataException Invalid(string rule)
    {
        string value = Exists ? Value.GetRawText() : "absent";
        string shown = value.Length > 60 ? value[..60] + "…" : value;
        return new InvalidDataException($"{Path} is {shown} but must be {rule}");
    }

    private static string Name(JsonProperty member, string path)
    {
        try
        {
            return member.Name;
        }
        catch (InvalidOperationException halfPair)
        {
            throw new InvalidDataException($"{path} has a member whose name has half of a surrogate pair", halfPair);
        }
    }

    private void Require(JsonValueKind kind)
    {
        if (Value.ValueKind != kind)
        {
            throw Invalid($"of kind {kind}");
        }
    }
}
