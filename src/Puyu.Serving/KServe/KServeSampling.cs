using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Puyu.Abstractions;

namespace Puyu.Serving.KServe;

/// <summary>Sampling options by the names that the OpenAI protocol and its extensions use.</summary>
internal static class KServeSampling
{
    /// <summary>Reads options over the model's own.</summary>
    /// <exception cref="ApiException">An option is unknown, of a wrong type or out of range.</exception>
    public static SamplingOptions Read(JsonObject members, SamplingOptions defaults)
    {
        SamplingOptions options = defaults;
        foreach ((string name, JsonNode? value) in members)
        {
            options = With(options, name, value);
        }

        try
        {
            return options.Validated();
        }
        catch (OptionsException failure)
        {
            throw ApiException.Invalid(failure.Message, parameter: null);
        }
    }

    private static SamplingOptions With(SamplingOptions options, string name, JsonNode? value) => name switch
    {
        "temperature" => options with { Temperature = Number(name, value) },
        "top_k" => options with { TopK = Integer(name, value) is var k and > 0 ? k : null },
        "top_p" => options with { TopP = Number(name, value) },
        "min_p" => options with { MinP = Number(name, value) },
        "typical_p" => options with { TypicalP = Number(name, value) },
        "repetition_penalty" => options with { RepetitionPenalty = Number(name, value) },
        "frequency_penalty" => options with { FrequencyPenalty = Number(name, value) },
        "presence_penalty" => options with { PresencePenalty = Number(name, value) },
        "max_tokens" => options with { MaxTokens = Integer(name, value) },
        "min_tokens" => options with { MinTokens = Integer(name, value) },
        "seed" => options with { Seed = (ulong)Integer(name, value) },
        "ignore_eos" => options with { IgnoresEndOfText = Text(value) is "true" or "True" or "1" },
        "stop" => options with { StopStrings = Strings(name, value) },
        _ when name.StartsWith("triton_", StringComparison.Ordinal) => options,
        _ => throw ApiException.Invalid($"there is no parameter \"{name}\"", name),
    };

    // Parameters of Triton's clients may be numbers or strings of numbers.
    private static string Text(JsonNode? value) => value is null ? "" : value.GetValueKind() == JsonValueKind.String
        ? value.GetValue<string>()
        : value.ToJsonString();

    private static float Number(string name, JsonNode? value) =>
        float.TryParse(Text(value), NumberStyles.Float, CultureInfo.InvariantCulture, out float number)
            ? number
            : throw ApiException.Invalid($"{name} is {Text(value)} but must be a number", name);

    private static int Integer(string name, JsonNode? value) =>
        int.TryParse(Text(value), NumberStyles.Integer, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw ApiException.Invalid($"{name} is {Text(value)} but must be an integer", name);

    private static string[] Strings(string name, JsonNode? value) => value switch
    {
        JsonArray list when list.All(item => item?.GetValueKind() == JsonValueKind.String) =>
            [.. list.Select(item => item!.GetValue<string>())],
        JsonValue text when text.GetValueKind() == JsonValueKind.String => [text.GetValue<string>()],
        _ => throw ApiException.Invalid($"{name} must be a string or a list of strings", name),
    };
}
