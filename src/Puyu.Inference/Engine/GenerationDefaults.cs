using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Inference.Engine;

/// <summary>The options of sampling that a model's authors recommend.</summary>
internal static class GenerationDefaults
{
    private const string FileName = "generation_config.json";

    /// <summary>Reads <c>generation_config.json</c> of a folder; the defaults where it is absent.</summary>
    /// <exception cref="InvalidDataException">The file is no JSON object, or a value has the wrong type.</exception>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public static SamplingOptions Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
        {
            return new SamplingOptions();
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(path));
            return Read(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new InvalidDataException($"{path}: {exception.Message}", exception);
        }
    }

    private static SamplingOptions Read(JsonElement root)
    {
        var defaults = new SamplingOptions();
        int topK = (int)Number(root, "top_k", 0);
        return new SamplingOptions
        {
            Temperature = Samples(root) ? (float)Number(root, "temperature", defaults.Temperature) : 0,
            TopK = topK > 0 ? topK : null,
            TopP = (float)Number(root, "top_p", defaults.TopP),
            MinP = (float)Number(root, "min_p", defaults.MinP),
            TypicalP = (float)Number(root, "typical_p", defaults.TypicalP),
            RepetitionPenalty = (float)Number(root, "repetition_penalty", defaults.RepetitionPenalty),
            MaxTokens = (int)Number(root, "max_new_tokens", defaults.MaxTokens),
        }.Validated();
    }

    private static bool Samples(JsonElement root) =>
        !root.TryGetProperty("do_sample", out JsonElement value) || value.ValueKind != JsonValueKind.False;

    private static double Number(JsonElement root, string name, double absent) =>
        root.TryGetProperty(name, out JsonElement value) && value.ValueKind != JsonValueKind.Null
            ? value.GetDouble()
            : absent;
}
