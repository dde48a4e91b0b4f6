using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Writes log-probabilities.</summary>
internal static class ScoreJson
{
    /// <summary>Stands for minus infinity, which JSON lacks.</summary>
    private const float Least = -9999;

    /// <summary>A log-probability that JSON can hold.</summary>
    public static float Finite(float logProbability) => Math.Max(logProbability, Least);

    /// <summary>Writes the member <c>logprobs</c> of a chat's choice.</summary>
    public static void WriteChat(Utf8JsonWriter json, IReadOnlyList<TokenScore> scores)
    {
        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("content"u8);
        foreach (TokenScore score in scores)
        {
            json.WriteStartObject();
            WriteToken(json, score);
            json.WriteStartArray("top_logprobs"u8);
            foreach (TokenScore alternative in score.Alternatives)
            {
                json.WriteStartObject();
                WriteToken(json, alternative);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteNull("refusal"u8);
        json.WriteEndObject();
    }

    /// <summary>Writes the member <c>logprobs</c> of a completion's choice.</summary>
    /// <param name="json">Written to.</param>
    /// <param name="scores">Those of the tokens.</param>
    /// <param name="offset">Characters of text before the first.</param>
    /// <param name="beginsText">Whether the first has nothing before it, and so no probability.</param>
    /// <returns>Characters of text after the last.</returns>
    public static int WriteText(Utf8JsonWriter json, IReadOnlyList<TokenScore> scores, int offset, bool beginsText)
    {
        json.WriteStartObject("logprobs"u8);
        json.WriteStartArray("tokens"u8);
        foreach (TokenScore score in scores)
        {
            json.WriteStringValue(score.Text);
        }

        json.WriteEndArray();
        json.WriteStartArray("token_logprobs"u8);
        for (int i = 0; i < scores.Count; i++)
        {
            if (i == 0 && beginsText)
            {
                json.WriteNullValue();
            }
            else
            {
                json.WriteNumberValue(Finite(scores[i].LogProbability));
            }
        }

        json.WriteEndArray();
        WriteAlternatives(json, scores, beginsText);
        json.WriteStartArray("text_offset"u8);
        foreach (TokenScore score in scores)
        {
            json.WriteNumberValue(offset);
            offset += score.Text.Length;
        }

        json.WriteEndArray();
        json.WriteEndObject();
        return offset;
    }

    private static void WriteAlternatives(Utf8JsonWriter json, IReadOnlyList<TokenScore> scores, bool beginsText)
    {
        json.WriteStartArray("top_logprobs"u8);
        for (int i = 0; i < scores.Count; i++)
        {
            if (i == 0 && beginsText)
            {
                json.WriteNullValue();
                continue;
            }

            // Different tokens may look alike, where bytes are no characters; the likelier one stands.
            json.WriteStartObject();
            foreach (TokenScore alternative in scores[i].Alternatives.DistinctBy(alternative => alternative.Text))
            {
                json.WriteNumber(alternative.Text, Finite(alternative.LogProbability));
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteToken(Utf8JsonWriter json, TokenScore score)
    {
        json.WriteString("token"u8, score.Text);
        json.WriteNumber("logprob"u8, Finite(score.LogProbability));
        json.WriteStartArray("bytes"u8);
        foreach (byte value in score.Bytes.Span)
        {
            json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }
}
