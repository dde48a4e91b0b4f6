using System.Text;
using System.Text.Json;

namespace Puyu.Serving.OpenAi;

/// <summary>A message of the assistant, or its call of a tool.</summary>
/// <param name="tool">Name of the tool; null for a message.</param>
internal sealed class ResponseItem(string? tool)
{
    public string Id { get; } = InferenceCall.NewId(tool is null ? "msg_" : "fc_");

    public string CallId { get; } = InferenceCall.NewId("call_");

    /// <summary>Name of the tool; null for a message.</summary>
    public string? Tool => tool;

    /// <summary>What is said, or the arguments.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Writes the item as an object.</summary>
    /// <param name="json">Written to.</param>
    /// <param name="status"><c>in_progress</c>, <c>completed</c> or <c>incomplete</c>.</param>
    /// <param name="isEmpty">Whether it has only begun, without content.</param>
    public void Write(Utf8JsonWriter json, string status, bool isEmpty = false)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, Id);
        json.WriteString("type"u8, tool is null ? "message"u8 : "function_call"u8);
        json.WriteString("status"u8, status);
        if (tool is null)
        {
            json.WriteString("role"u8, "assistant"u8);
            json.WriteStartArray("content"u8);
            if (!isEmpty)
            {
                WritePart(json, Text.ToString());
            }

            json.WriteEndArray();
        }
        else
        {
            json.WriteString("call_id"u8, CallId);
            json.WriteString("name"u8, tool);
            json.WriteString("arguments"u8, isEmpty ? "" : Text.ToString());
        }

        json.WriteEndObject();
    }

    /// <summary>Writes the one part of a message's content.</summary>
    public static void WritePart(Utf8JsonWriter json, string text)
    {
        json.WriteStartObject();
        json.WriteString("type"u8, "output_text"u8);
        json.WriteString("text"u8, text);
        json.WriteStartArray("annotations"u8);
        json.WriteEndArray();
        json.WriteStartArray("logprobs"u8);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
