using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;

namespace Puyu.Cli.Recipes;

/// <summary>
/// Recipes are JSON files that map to records of options. Unknown members are errors, <c>--set path=value</c> changes
/// single values, and the resolved recipe is written beside the result.
/// </summary>
internal static class RecipeFile
{
    private static readonly JsonDocumentOptions _documents = new()
    {
        CommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>How recipes are written: camelCase names, enumerations as text, comments allowed.</summary>
    public static JsonSerializerOptions Json { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
        WriteIndented = true,
        IgnoreReadOnlyProperties = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new System.Text.Json.Serialization.Metadata.DefaultJsonTypeInfoResolver(),
    };

    /// <summary>The option that changes single values of a recipe.</summary>
    public static Option<string[]> SetOption() => new("--set")
    {
        Description = "Change one value of the recipe: path=value, such as training.steps=100.",
        DefaultValueFactory = _ => [],
    };

    /// <summary>Reads a recipe.</summary>
    /// <param name="path">The file.</param>
    /// <param name="overrides">Changes as <c>path=value</c>, such as <c>training.steps=100</c>.</param>
    /// <param name="kind">What the file is, for errors.</param>
    /// <exception cref="InvalidDataException">
    /// Not JSON, an unknown or missing member, or a value of the wrong kind; the message names file and member.
    /// </exception>
    public static TRecipe Load<TRecipe>(string path, IEnumerable<string> overrides, string kind = "recipe")
    {
        JsonNode recipe = Parse(path, kind);
        foreach (string change in overrides)
        {
            Apply(recipe, change);
        }

        try
        {
            (recipe as JsonObject)?.Remove("$schema");
            return recipe.Deserialize<TRecipe>(Json)!;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{kind} {path}: {Explain(exception)}", exception);
        }
    }

    /// <summary>The resolved recipe as text.</summary>
    public static string Write<TRecipe>(TRecipe recipe) => JsonSerializer.Serialize(recipe, Json) + "\n";

    /// <summary>The resolved recipe as data, for lineage.</summary>
    public static JsonElement ToElement<TRecipe>(TRecipe recipe) => JsonSerializer.SerializeToElement(recipe, Json);

    /// <summary>The JSON schema of a recipe, for editors.</summary>
    public static string Schema<TRecipe>()
    {
        JsonNode schema = Json.GetJsonSchemaAsNode(
            typeof(TRecipe), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
        schema["$schema"] = "https://json-schema.org/draft/2020-12/schema";
        schema["title"] = typeof(TRecipe).Name;
        ((JsonObject)schema["properties"]!)["$schema"] = new JsonObject { ["type"] = "string" };
        return schema.ToJsonString(Json) + "\n";
    }

    private static JsonNode Parse(string path, string kind)
    {
        try
        {
            return JsonNode.Parse(File.ReadAllText(path), documentOptions: _documents)
                ?? throw new InvalidDataException($"{kind} {path} is null but must be an object");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{kind} {path} is not JSON: {exception.Message}", exception);
        }
    }

    /// <summary>Sets one value. What does not read as JSON is taken as text, so that text needs no quotes.</summary>
    private static void Apply(JsonNode recipe, string change)
    {
        int equals = change.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            throw new ArgumentException($"--set is '{change}' but must be path=value, such as training.steps=100");
        }

        string[] path = change[..equals].Split('.');
        JsonNode node = recipe;
        foreach (string name in path[..^1])
        {
            node = node[name] ??= new JsonObject();
            if (node is not JsonObject)
            {
                throw new ArgumentException($"--set {change}: {name} is a value but must be an object to have members");
            }
        }

        node[path[^1]] = ValueOf(change[(equals + 1)..]);
    }

    private static JsonNode? ValueOf(string text)
    {
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            // Not JSON, so it is text: --set output=runs/first.
            return JsonValue.Create(text);
        }
    }

    private static string Explain(JsonException exception)
    {
        string message = exception.Message;
        int details = message.IndexOf(" Path:", StringComparison.Ordinal);
        string what = details < 0 ? message : message[..details];
        return exception.Path is null or "$" ? what : $"{exception.Path[2..]}: {what}";
    }
}
