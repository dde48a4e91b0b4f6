using System.Text.Json;

namespace Puyu.Serving.Proxy;

/// <summary>A request that a proxy passes on, with what the choice of a node depends on.</summary>
/// <param name="Body">As received.</param>
/// <param name="Model">The model that it names; null if it names none.</param>
/// <param name="Prompt">What it asks to complete, as it stands in the body; may be empty.</param>
internal sealed record RoutedRequest(ReadOnlyMemory<byte> Body, string? Model, ReadOnlyMemory<byte> Prompt)
{
    private static readonly string[] _prompts = ["messages", "prompt", "input", "text_input"];

    /// <summary>
    /// Looks into a body. One that is not a JSON object is passed on as it is: its node says what is wrong with it.
    /// </summary>
    public static RoutedRequest Of(ReadOnlyMemory<byte> body)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return new RoutedRequest(body, null, default);
            }

            string? model = json.RootElement.TryGetProperty("model", out JsonElement name)
                && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            return new RoutedRequest(body, model, PromptOf(json.RootElement));
        }
        catch (JsonException)
        {
            return new RoutedRequest(body, null, default);
        }
    }

    private static byte[] PromptOf(JsonElement request)
    {
        foreach (string member in _prompts)
        {
            if (request.TryGetProperty(member, out JsonElement prompt))
            {
                return System.Text.Encoding.UTF8.GetBytes(prompt.GetRawText());
            }
        }

        return [];
    }
}
