using System.Text.Json;

namespace Puyu.Models.HuggingFace;

/// <summary>Reads members of a JSON object and gathers everything wrong with them.</summary>
internal sealed class JsonFields
{
    private readonly string _path;
    private readonly JsonElement _json;
    private readonly List<string> _problems;

    /// <param name="path">File, named in errors.</param>
    /// <param name="json">An object.</param>
    public JsonFields(string path, JsonElement json)
        : this(path, json, [])
    {
    }

    private JsonFields(string path, JsonElement json, List<string> problems)
    {
        _path = path;
        _json = json;
        _problems = problems;
    }

    /// <summary>Whether a member is there and not null.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>An integer; null if the member is absent.</summary>
    public int? Integer(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int integer))
        {
            return integer;
        }

        return Wrong<int?>(name, value, "an integer");
    }

    /// <summary>An integer that must be there.</summary>
    public int Required(string name)
    {
        if (Integer(name) is { } integer)
        {
            return integer;
        }

        if (!Has(name))
        {
            _problems.Add($"{name} is missing");
        }

        return 0;
    }

    /// <summary>A number; null if the member is absent.</summary>
    public double? Number(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number ? value.GetDouble() : Wrong<double?>(name, value, "a number");
    }

    /// <summary>A boolean; null if the member is absent.</summary>
    public bool? Boolean(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { } value => Wrong<bool?>(name, value, "true or false"),
    };

    /// <summary>A string; null if the member is absent.</summary>
    public string? Text(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { } value => Wrong<string?>(name, value, "a string"),
    };

    /// <summary>The first string of an array; null if the member is absent or the array empty.</summary>
    public string? FirstText(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Array
            && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String)
            ? value.EnumerateArray().Select(item => item.GetString()).FirstOrDefault()
            : Wrong<string?>(name, value, "an array of strings");
    }

    /// <summary>A nested object; null if the member is absent. Its problems are reported with these.</summary>
    public JsonFields? Object(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } value => new JsonFields(_path, value, _problems),
        { } value => Wrong<JsonFields?>(name, value, "an object"),
    };

    /// <summary>One integer or an array of them; empty if the member is absent.</summary>
    public IReadOnlyList<int> Integers(string name)
    {
        if (Find(name) is not { ValueKind: JsonValueKind.Array } array)
        {
            return Integer(name) is { } one ? [one] : [];
        }

        var integers = new List<int>();
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out int integer))
            {
                integers.Add(integer);
            }
            else
            {
                Wrong<int>(name, element, "an integer or an array of integers");
            }
        }

        return integers;
    }

    /// <summary>The members that are objects, whatever their names. Their problems are reported with these.</summary>
    public JsonFields[] Objects() =>
    [
        .. _json.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object)
            .Select(member => new JsonFields(_path, member.Value, _problems)),
    ];

    /// <summary>Notes a value that is understood but not supported.</summary>
    public void Require(bool holds, string problem)
    {
        if (!holds)
        {
            _problems.Add(problem);
        }
    }

    /// <summary>Throws with everything that was noted.</summary>
    /// <exception cref="InvalidDataException">At least one problem was noted.</exception>
    public void ThrowIfAny()
    {
        if (_problems.Count > 0)
        {
            throw new InvalidDataException($"{_path}: {string.Join("; ", _problems)}");
        }
    }

    private JsonElement? Find(string name) =>
        _json.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private T? Wrong<T>(string name, JsonElement value, string rule)
    {
        _problems.Add($"{name} is {value.GetRawText()} but must be {rule}");
        return default;
    }
}
