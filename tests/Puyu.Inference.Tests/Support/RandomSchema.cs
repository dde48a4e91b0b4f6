using System.Text.Json.Nodes;
using Puyu.Abstractions;

namespace Puyu.Inference.Tests.Support;

/// <summary>Schemas by chance, with every keyword that is supported.</summary>
internal sealed class RandomSchema
{
    private static readonly string[] _names = ["name", "id", "名字", "a b", "quo\"te", "tags", "x/y~z", "😀", "alpha", "ab"];
    private static readonly string[] _formats =
        ["date", "date-time", "uuid", "ipv4", "ipv6", "email", "uri", "hostname"];

    private static readonly string[] _patterns =
        ["^[a-z]{2,5}$", "[0-9]+", "^(ab|名)?\"x\\\\$", "^\\w+@", "a|b$", "^[^é]{0,3}$", "^\\p{L}{1,4}$"];

    private CounterRandom _random;

    public RandomSchema(ulong seed)
    {
        _random = new CounterRandom(seed, stream: 77);
    }

    /// <summary>A whole schema with definitions, one of them recursive.</summary>
    public JsonObject Next()
    {
        JsonObject root = Object(3);
        root["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        root["$defs"] = new JsonObject
        {
            ["leaf"] = Scalar(),
            ["tree"] = new JsonObject
            {
                ["type"] = "object",
                ["required"] = new JsonArray("value"),
                ["properties"] = new JsonObject
                {
                    ["value"] = Scalar(),
                    ["children"] = new JsonObject
                    {
                        ["type"] = "array",
                        ["maxItems"] = 2,
                        ["items"] = Reference("tree"),
                    },
                },
            },
        };
        return root;
    }

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/$defs/{name}" };

    private int Below(int bound) => _random.NextInt32(bound);

    private JsonObject Any(int depth) => depth == 0 ? Scalar() : Below(9) switch
    {
        0 => Object(depth - 1),
        1 => Array(depth - 1),
        2 => new JsonObject { ["anyOf"] = new JsonArray(Any(depth - 1), Any(depth - 1)), ["title"] = "either" },
        3 => new JsonObject { ["oneOf"] = new JsonArray(String(), Number("integer"), Object(depth - 1)) },
        4 => new JsonObject { ["allOf"] = new JsonArray(Number("number"), new JsonObject { ["minimum"] = -2.5 }) },
        5 => new JsonObject { ["allOf"] = new JsonArray(Object(depth - 1), Object(0)) },
        6 => Reference(Below(2) == 0 ? "leaf" : "tree"),
        _ => Scalar(),
    };

    private JsonObject Scalar() => Below(7) switch
    {
        0 => new JsonObject { ["type"] = "boolean" },
        1 => new JsonObject { ["type"] = new JsonArray("null", "integer") },
        2 => new JsonObject { ["enum"] = new JsonArray("a", "é\"\n", 12, -0.5, null, true, new JsonArray(1, "b")) },
        3 => new JsonObject { ["const"] = new JsonObject { ["k"] = "名" } },
        4 => Number("integer"),
        5 => Number("number"),
        _ => String(),
    };

    private JsonObject String()
    {
        var schema = new JsonObject { ["type"] = "string" };
        switch (Below(4))
        {
            case 0:
                schema["pattern"] = _patterns[Below(_patterns.Length)];
                break;
            case 1:
                schema["format"] = _formats[Below(_formats.Length)];
                break;
            case 2:
                schema["minLength"] = Below(3);
                schema["maxLength"] = 2 + Below(4);
                break;
        }

        return schema;
    }

    private JsonObject Number(string type)
    {
        var schema = new JsonObject { ["type"] = type };
        decimal low = (Below(2001) - 1000) / (type == "integer" ? 1m : 8m);
        if (Below(2) == 0)
        {
            schema[Below(2) == 0 ? "minimum" : "exclusiveMinimum"] = low;
        }

        if (Below(2) == 0)
        {
            schema[Below(2) == 0 ? "maximum" : "exclusiveMaximum"] = Math.Max(low, 0) + 2 + (Below(300) / 4m);
        }

        return schema;
    }

    private JsonObject Array(int depth)
    {
        var schema = new JsonObject { ["type"] = "array", ["items"] = Any(depth) };
        int min = Below(3);
        schema["minItems"] = min;
        schema["maxItems"] = min + Below(3);
        if (Below(3) == 0)
        {
            schema["prefixItems"] = new JsonArray(Scalar(), Scalar());
        }

        return schema;
    }

    private JsonObject Object(int depth)
    {
        var properties = new JsonObject();
        var required = new JsonArray();
        int first = Below(_names.Length);
        int count = Below(4);
        for (int i = 0; i < count; i++)
        {
            string name = _names[(first + i) % _names.Length];
            properties[name] = Any(depth);
            if (Below(2) == 0)
            {
                required.Add(name);
            }
        }

        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties, ["required"] = required };
        if (depth > 0 && Below(4) == 0)
        {
            schema["additionalProperties"] = Below(2) == 0 ? false : Scalar();
        }

        return schema;
    }
}
