using System.Runtime.InteropServices;
using System.Text.Json;

namespace Puyu.Serving.OpenAi;

/// <summary>Vectors of texts: <c>/v1/embeddings</c>.</summary>
internal static class EmbeddingRoute
{
    private const int MaxInputs = 2048;

    public static async Task AnswerAsync(InferenceCall call, Fields body)
    {
        string? model = body.Text("model");
        if (call.AdapterOf(model) is { } adapter)
        {
            throw ApiException.Unsupported("model", $"embeddings are of {call.Card.Name} itself, not of {adapter}");
        }

        string format = body.Text("encoding_format") ?? "float";
        if (format is not ("float" or "base64"))
        {
            throw Fields.OutOfRange("encoding_format", format, "must be float or base64");
        }

        if (body.Integer("dimensions", 1) is { } size && size != call.Card.EmbeddingSize)
        {
            throw Fields.OutOfRange("dimensions", $"{size}", $"must be {call.Card.EmbeddingSize}, as the model has it");
        }

        IReadOnlyList<PromptItem> inputs = PromptFields.Read(body, "input", call.Engine, MaxInputs);
        foreach (PromptItem input in inputs)
        {
            PromptBudget.Require(call.Card, input.TokenIds.Count, 0, "input");
        }

        float[][] vectors = new float[inputs.Count][];
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = await call.Engine.EmbedAsync(inputs[i].TokenIds, call.Cancellation);
        }

        int tokens = inputs.Sum(input => input.TokenIds.Count);
        call.Spend(tokens);
        await call.ReplyAsync(
            (Model: model ?? call.Card.Name, vectors, tokens, AsBase64: format == "base64"),
            static (json, answer) => Write(json, answer.Model, answer.vectors, answer.tokens, answer.AsBase64));
    }

    private static void Write(Utf8JsonWriter json, string model, float[][] vectors, int tokens, bool asBase64)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteString("model"u8, model);
        json.WriteStartArray("data"u8);
        for (int i = 0; i < vectors.Length; i++)
        {
            json.WriteStartObject();
            json.WriteString("object"u8, "embedding"u8);
            json.WriteNumber("index"u8, i);
            WriteVector(json, vectors[i], asBase64);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, tokens);
        json.WriteNumber("total_tokens"u8, tokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter json, float[] vector, bool asBase64)
    {
        if (asBase64)
        {
            json.WriteBase64String("embedding"u8, MemoryMarshal.AsBytes(vector.AsSpan()));
            return;
        }

        json.WriteStartArray("embedding"u8);
        foreach (float number in vector)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
