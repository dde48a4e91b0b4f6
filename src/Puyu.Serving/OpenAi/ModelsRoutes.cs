using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>The model and its adapters, each a model of its own to clients.</summary>
internal static class ModelsRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        IInferenceEngine engine = routes.ServiceProvider.GetRequiredService<IInferenceEngine>();
        routes.MapRead("/v1/models", context => JsonReply.WriteAsync(context, engine.Card, WriteList));
        routes.MapRead("/v1/models/{**name}", context =>
        {
            EngineCard card = engine.Card;
            string name = (string)context.Request.RouteValues["name"]!;
            return name == card.Name || card.Adapters.Contains(name)
                ? JsonReply.WriteAsync(
                    context, (card, name), static (json, model) => Write(json, model.card, model.name))
                : throw ApiException.UnknownModel(name, string.Join(", ", [card.Name, .. card.Adapters]));
        });
    }

    private static void WriteList(Utf8JsonWriter json, EngineCard card)
    {
        json.WriteStartObject();
        json.WriteString("object"u8, "list"u8);
        json.WriteStartArray("data"u8);
        Write(json, card, card.Name);
        foreach (string adapter in card.Adapters)
        {
            Write(json, card, adapter);
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, EngineCard card, string name)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, name);
        json.WriteString("object"u8, "model"u8);
        json.WriteNumber("created"u8, card.Loaded.ToUnixTimeSeconds());
        json.WriteString("owned_by"u8, "puyu"u8);
        json.WriteString("root"u8, card.Name);
        json.WriteString("parent"u8, name == card.Name ? null : card.Name);
        WriteSampling(json, card.Sampling);
        json.WriteNumber("max_model_len"u8, card.ContextLength);
        json.WriteNumber("vocab_size"u8, card.VocabSize);
        json.WriteString("weights"u8, card.Weights);
        if (card.WeightBytes > 0)
        {
            json.WriteNumber("weight_bytes"u8, card.WeightBytes);
        }

        json.WriteString("cache"u8, card.Cache);
        json.WriteEndObject();
    }

    /// <summary>What a request that leaves these out is drawn with.</summary>
    private static void WriteSampling(Utf8JsonWriter json, SamplingOptions sampling)
    {
        json.WriteStartObject("sampling"u8);
        json.WriteNumber("temperature"u8, sampling.Temperature);
        json.WriteNumber("top_p"u8, sampling.TopP);
        json.WriteNumber("top_k"u8, sampling.TopK ?? 0);
        json.WriteNumber("min_p"u8, sampling.MinP);
        json.WriteNumber("repetition_penalty"u8, sampling.RepetitionPenalty);
        json.WriteEndObject();
    }
}
