using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Inference.Constraints.Json;

/// <summary>A JSON Schema as text, and what its references point at.</summary>
internal sealed class SchemaDocument
{
    private const int MaxDepth = 64;

    /// <summary>Parses a schema.</summary>
    /// <exception cref="EngineException">The text is not JSON, or nests too deep.</exception>
    public SchemaDocument(string text)
    {
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
            using var document = JsonDocument.Parse(text, options);
            Root = new SchemaPart(document.RootElement.Clone(), "#");
        }
        catch (JsonException problem)
        {
            throw new EngineException(
                EngineErrorCode.InvalidConstraint,
                $"the schema must be JSON, at most {MaxDepth} levels deep: {problem.Message}");
        }
    }

    /// <summary>The whole.</summary>
    public SchemaPart Root { get; }

    /// <summary>A name as part of a path.</summary>
    public static string EscapeToken(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>What a schema's reference points at.</summary>
    /// <exception cref="EngineException">It points at nothing in this document.</exception>
    public SchemaPart Resolve(SchemaPart part)
    {
        string reference = part.Text("$ref")!;
        part.Require(
            reference == "#" || reference.StartsWith("#/", StringComparison.Ordinal), "$ref",
            $"is {reference} but must begin with #/: other references are not supported");
        JsonElement element = Root.Element;
        foreach (string escaped in reference.Split('/').Skip(1))
        {
            string token = Uri.UnescapeDataString(escaped)
                .Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            bool isFound = element.ValueKind switch
            {
                JsonValueKind.Object => element.TryGetProperty(token, out element),
                JsonValueKind.Array => TryItem(element, token, out element),
                _ => false,
            };
            part.Require(isFound, "$ref", $"is {reference} but there is no such schema");
        }

        return new SchemaPart(element, Uri.UnescapeDataString(reference));
    }

    private static bool TryItem(JsonElement array, string token, out JsonElement item)
    {
        bool isFound = int.TryParse(token, out int index) && index >= 0 && index < array.GetArrayLength();
        item = isFound ? array[index] : default;
        return isFound;
    }
}
