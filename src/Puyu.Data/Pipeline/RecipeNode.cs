using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Puyu.Data.Pipeline;

/// <summary>A value of a recipe that knows where it stands, so that every error can say so.</summary>
/// <param name="Value">The value.</param>
/// <param name="Path">Where, such as <c>steps[1].stages[0]</c>; empty for the recipe itself.</param>
internal readonly record struct RecipeNode(JsonElement Value, string Path)
{
    private static readonly JsonWriterOptions _compact = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private string Named => Path.Length == 0 ? "the recipe" : Path;

    /// <summary>The members of an object, each once.</summary>
    /// <param name="known">Names it may have; null for any.</param>
    public Dictionary<string, RecipeNode> Members(params string[]? known)
    {
        Expect(JsonValueKind.Object, "an object");
        var members = new Dictionary<string, RecipeNode>(StringComparer.Ordinal);
        foreach (JsonProperty member in Value.EnumerateObject())
        {
            string path = Path.Length == 0 ? member.Name : $"{Path}.{member.Name}";
            if (known is not null && !known.Contains(member.Name))
            {
                throw new InvalidDataException($"{path} is unknown but must be one of {string.Join(", ", known)}");
            }

            if (!members.TryAdd(member.Name, new RecipeNode(member.Value, path)))
            {
                throw new InvalidDataException($"{path} is given twice but must be given once");
            }
        }

        return members;
    }

    /// <summary>The items of a list that is not empty.</summary>
    public IReadOnlyList<RecipeNode> Items()
    {
        Expect(JsonValueKind.Array, "a list");
        var items = new List<RecipeNode>();
        foreach (JsonElement item in Value.EnumerateArray())
        {
            items.Add(new RecipeNode(item, FormattableString.Invariant($"{Path}[{items.Count}]")));
        }

        return items.Count > 0 ? items : throw new InvalidDataException($"{Path} is empty but must have an item");
    }

    /// <summary>A text that is not empty.</summary>
    public string Text()
    {
        Expect(JsonValueKind.String, "a text");
        return Value.GetString() is { Length: > 0 } text
            ? text
            : throw new InvalidDataException($"{Path} is '' but must not be empty");
    }

    /// <summary>A whole number that is not negative.</summary>
    public ulong Count()
    {
        Expect(JsonValueKind.Number, "a whole number");
        return Value.TryGetUInt64(out ulong count)
            ? count
            : throw new InvalidDataException($"{Path} is {Value.GetRawText()} but must be a whole number from 0");
    }

    /// <summary>A number, or null.</summary>
    public float? Bound()
    {
        if (Value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        Expect(JsonValueKind.Number, "a number, or null for no bound");
        return Value.GetSingle();
    }

    /// <summary>Required members of an object.</summary>
    public RecipeNode Required(Dictionary<string, RecipeNode> members, string name) =>
        members.TryGetValue(name, out RecipeNode member)
            ? member
            : throw new InvalidDataException($"{Named} lacks \"{name}\"");

    /// <summary>An object without some of its members.</summary>
    public JsonElement Without(params string[] names)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            foreach (JsonProperty member in Value.EnumerateObject().Where(member => !names.Contains(member.Name)))
            {
                member.WriteTo(json);
            }

            json.WriteEndObject();
        }

        using JsonDocument document = JsonDocument.Parse(buffer.ToArray());
        return document.RootElement.Clone();
    }

    /// <summary>The same text for all ways to write the same value: no spaces, members in ordinal order.</summary>
    public static string Canonical(JsonElement value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, _compact))
        {
            WriteCanonical(json, value);
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void WriteCanonical(Utf8JsonWriter json, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                json.WriteStartObject();
                foreach (JsonProperty member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    json.WritePropertyName(member.Name);
                    WriteCanonical(json, member.Value);
                }

                json.WriteEndObject();
                break;
            case JsonValueKind.Array:
                json.WriteStartArray();
                foreach (JsonElement item in value.EnumerateArray())
                {
                    WriteCanonical(json, item);
                }

                json.WriteEndArray();
                break;
            default:
                value.WriteTo(json);
                break;
        }
    }

    private void Expect(JsonValueKind kind, string what)
    {
        if (Value.ValueKind != kind)
        {
            string text = Value.GetRawText();
            string shown = text.Length <= 40 ? text : text[..40] + "…";
            throw new InvalidDataException($"{Named} is {shown} but must be {what}");
        }
    }
}
