using System.Text;
using System.Text.Json;

namespace Puyu.Serving.Anthropic;

/// <summary>A block of the assistant's message: text, or the use of a tool.</summary>
/// <param name="tool">Name of the tool; null for text.</param>
internal sealed class MessageBlock(string? tool)
{
    private readonly string _id = InferenceCall.NewId("toolu_");

    /// <summary>Name of the tool; null for text.</summary>
    public string? Tool => tool;

    /// <summary>What is said, or the tool's input as JSON.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Writes the block.</summary>
    /// <param name="json">Written to.</param>
    /// <param name="isEmpty">Whether it has only begun, without content.</param>
    public void Write(Utf8JsonWriter json, bool isEmpty)
    {
        json.WriteStartObject();
        if (tool is null)
        {
            json.WriteString("type"u8, "text"u8);
            json.WriteString("text"u8, isEmpty ? "" : Text.ToString());
        }
        else
        {
            json.WriteString("type"u8, "tool_use"u8);
            json.WriteString("id"u8, _id);
            json.WriteString("name"u8, tool);
            json.WritePropertyName("input"u8);
            WriteInput(json, isEmpty);
        }

        json.WriteEndObject();
    }

    /// <summary>Writes what a delta adds.</summary>
    public void WriteDelta(Utf8JsonWriter json, string delta)
    {
        json.WriteStartObject("delta"u8);
        json.WriteString("type"u8, tool is null ? "text_delta"u8 : "input_json_delta"u8);
        json.WriteString(tool is null ? "text"u8 : "partial_json"u8, delta);
        json.WriteEndObject();
    }

    /// <summary>Input that was cut off is no JSON, and cannot be part of any.</summary>
    private void WriteInput(Utf8JsonWriter json, bool isEmpty)
    {
        if (!isEmpty && TryParse(Text.ToString(), out JsonDocument? input))
        {
            using (input)
            {
                input!.WriteTo(json);
            }

            return;
        }

        json.WriteStartObject();
        json.WriteEndObject();
    }

    private static bool TryParse(string text, out JsonDocument? document)
    {
        try
        {
            document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            document = null;
            return false;
        }
    }
}
