using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>A response as it comes: its items, and the object that says all.</summary>
internal sealed class ResponseWriter(ResponseRequest request, IInferenceEngine engine, long created)
{
    private readonly string _id = InferenceCall.NewId("resp_");
    private readonly List<ResponseItem> _items = [];
    private readonly Usage _usage = new();

    /// <summary>The assistant's message.</summary>
    public ChatMessage Message { get; } = new(request.Tools, request.Reasoning, engine);

    public IReadOnlyList<ResponseItem> Items => _items;

    /// <summary>How it stands, once it has ended.</summary>
    public string Status => Message.FinishReason == "length" ? "incomplete" : "completed";

    /// <summary>Counts tokens, and takes the update apart. Reasoning is counted and left out.</summary>
    public IEnumerable<MessagePart> Read(CompletionUpdate update)
    {
        _usage.Add(update);
        return Message.Read(update).Where(part => part.Kind != MessagePartKind.Reasoning);
    }

    /// <summary>The item that a part belongs to, and whether it is new.</summary>
    public ResponseItem ItemOf(MessagePart part, out bool isNew)
    {
        isNew = _items.Count == 0
            || part.Kind == MessagePartKind.Call
            || (part.Kind == MessagePartKind.Text && _items[^1].Tool is not null);
        if (isNew)
        {
            _items.Add(new ResponseItem(part.Kind == MessagePartKind.Call ? part.Text : null));
        }

        return _items[^1];
    }

    /// <summary>Adds a message without text, where nothing else was said.</summary>
    public ResponseItem AddEmpty()
    {
        _items.Add(new ResponseItem(tool: null));
        return _items[^1];
    }

    /// <summary>Writes the response as an object.</summary>
    /// <param name="json">Written to.</param>
    /// <param name="status">How it stands.</param>
    /// <param name="failure">What broke it off; null for nothing.</param>
    public void Write(Utf8JsonWriter json, string status, ApiException? failure = null)
    {
        bool ended = status != "in_progress";
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "response"u8);
        json.WriteNumber("created_at"u8, created);
        json.WriteString("status"u8, status);
        json.WriteString("model"u8, request.Model);
        WriteOutcome(json, status, failure);
        json.WriteStartArray("output"u8);
        foreach (ResponseItem item in ended ? _items : [])
        {
            item.Write(json, item == _items[^1] ? status : "completed");
        }

        json.WriteEndArray();
        WriteOptions(json);
        if (ended)
        {
            WriteUsage(json);
        }

        json.WriteEndObject();
    }

    private static void WriteOutcome(Utf8JsonWriter json, string status, ApiException? failure)
    {
        json.WritePropertyName("error"u8);
        if (failure is null)
        {
            json.WriteNullValue();
        }
        else
        {
            json.WriteStartObject();
            json.WriteString("code"u8, failure.Code ?? failure.Type);
            json.WriteString("message"u8, failure.Message);
            json.WriteEndObject();
        }

        json.WritePropertyName("incomplete_details"u8);
        if (status == "incomplete")
        {
            json.WriteStartObject();
            json.WriteString("reason"u8, "max_output_tokens"u8);
            json.WriteEndObject();
        }
        else
        {
            json.WriteNullValue();
        }
    }

    /// <summary>Repeats the options: as they were given, or what holds without.</summary>
    private void WriteOptions(Utf8JsonWriter json)
    {
        Repeat("instructions", "null"u8);
        Repeat("max_output_tokens", "null"u8);
        Repeat("metadata", "{}"u8);
        Repeat("tools", "[]"u8);
        Repeat("tool_choice", "\"auto\""u8);
        Repeat("text", "{\"format\":{\"type\":\"text\"}}"u8);
        json.WriteBoolean("parallel_tool_calls"u8, request.Tools.AllowsSeveral);
        json.WriteNull("previous_response_id"u8);
        json.WriteBoolean("store"u8, false);
        json.WriteNumber("temperature"u8, request.Completion.Sampling.Temperature);
        json.WriteNumber("top_p"u8, request.Completion.Sampling.TopP);
        json.WriteString("truncation"u8, "disabled"u8);

        void Repeat(string name, ReadOnlySpan<byte> otherwise)
        {
            json.WritePropertyName(name);
            if (request.Body.Get(name) is { } value)
            {
                value.WriteTo(json);
            }
            else
            {
                json.WriteRawValue(otherwise);
            }
        }
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, _usage.PromptTokens);
        json.WriteStartObject("input_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, _usage.CachedTokens);
        json.WriteEndObject();
        json.WriteNumber("output_tokens"u8, _usage.CompletionTokens);
        json.WriteStartObject("output_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, Message.ReasoningTokens);
        json.WriteEndObject();
        json.WriteNumber("total_tokens"u8, _usage.PromptTokens + _usage.CompletionTokens);
        json.WriteEndObject();
    }
}
