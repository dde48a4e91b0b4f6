using System.Globalization;
using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Serving.OpenAi;

/// <summary>The members of requests that say how tokens are drawn: OpenAI's, and those that LMDeploy adds.</summary>
internal static class SamplingFields
{
    /// <summary>Reads them; what a request leaves out is as the model's authors recommend.</summary>
    /// <param name="body">The request.</param>
    /// <param name="defaults">What holds for members that it lacks.</param>
    /// <param name="vocabSize">Token ids are below this.</param>
    public static SamplingOptions Read(Fields body, SamplingOptions defaults, int vocabSize)
    {
        body.Refuse("use_beam_search", "tokens are drawn one at a time");
        return defaults with
        {
            Temperature = body.Number("temperature", 0, 2) ?? defaults.Temperature,
            TopP = TopP(body) ?? defaults.TopP,
            TopK = TopK(body, defaults.TopK),
            MinP = body.Number("min_p", 0, 1) ?? defaults.MinP,
            TypicalP = body.Number("typical_p", float.Epsilon, 1) ?? defaults.TypicalP,
            RepetitionPenalty = body.Number("repetition_penalty", 0.01f, 100) ?? defaults.RepetitionPenalty,
            FrequencyPenalty = body.Number("frequency_penalty", -2, 2) ?? defaults.FrequencyPenalty,
            PresencePenalty = body.Number("presence_penalty", -2, 2) ?? defaults.PresencePenalty,
            LogitBias = LogitBias(body, vocabSize) ?? defaults.LogitBias,
            BadWords = body.Has("bad_words") ? body.Texts("bad_words") : defaults.BadWords,
            Seed = Seed(body) ?? InferenceCall.NewSeed(),
            StopStrings = [.. defaults.StopStrings, .. Stops(body)],
            StopTokenIds = [.. defaults.StopTokenIds, .. body.TokenIds("stop_token_ids", vocabSize)],
            IgnoresEndOfText = body.Flag("ignore_eos") ?? defaults.IgnoresEndOfText,
            IncludesStopString = body.Flag("include_stop_str_in_output") ?? defaults.IncludesStopString,
            MinTokens = body.Integer("min_tokens", 0) ?? body.Integer("min_new_tokens", 0) ?? defaults.MinTokens,
        };
    }

    private static float? TopP(Fields body) => body.Number("top_p", 0, 1) is not { } topP ? null
        : topP > 0 ? topP
        : throw Fields.OutOfRange(body.PathOf("top_p"), "0", "must lie in (0, 1]");

    /// <summary>0 and −1 mean no limit.</summary>
    private static int? TopK(Fields body, int? fallback) => body.Integer("top_k", -1) switch
    {
        null => fallback,
        <= 0 => null,
        int topK => topK,
    };

    private static ulong? Seed(Fields body)
    {
        foreach (string name in (ReadOnlySpan<string>)["seed", "random_seed"])
        {
            if (body.Get(name) is not { } value)
            {
                continue;
            }

            return value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long seed)
                ? unchecked((ulong)seed)
                : throw Fields.Mistyped(value, body.PathOf(name), "an integer");
        }

        return null;
    }

    private static IReadOnlyList<string> Stops(Fields body)
    {
        IReadOnlyList<string> stops = body.Texts("stop");
        return stops.Contains("")
            ? throw ApiException.Invalid("stop contains an empty string", body.PathOf("stop"), "invalid_value")
            : stops;
    }

    private static Dictionary<int, float>? LogitBias(Fields body, int vocabSize)
    {
        if (body.Object("logit_bias") is not { } biases)
        {
            return null;
        }

        var byToken = new Dictionary<int, float>();
        foreach (JsonProperty bias in biases.Element.EnumerateObject())
        {
            bool isToken = int.TryParse(bias.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int tokenId)
                && tokenId < vocabSize;
            byToken[tokenId] = isToken ? biases.Number(bias.Name, -100, 100) ?? 0 : throw Fields.OutOfRange(
                body.PathOf("logit_bias"), $"for \"{bias.Name}\"", $"must be for token ids below {vocabSize}");
        }

        return byToken;
    }
}
