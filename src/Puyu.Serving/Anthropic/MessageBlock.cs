using System.Text;
using System.Text.Json;
using Puyu.Serving.OpenAi;

namespace Puyu.Serving.Anthropic;

/// <summary>A block of the assistant's message: text, reasoning, or the use of a tool.</summary>
/// <param name="kind">Text, reasoning or call.</param>
/// <param name="tool">Name of the tool; without meaning for others.</param>
internal sealed class MessageBlock(MessagePartKind kind, string tool)
{
    private readonly string _id = InferenceCall.NewId("toolu_");

    /// <summary>Text, reasoning or call.</summary>
    public MessagePartKind Kind => kind;

    /// <summary>What is said or thought, or the tool's input as JSON.</summary>
    public StringBuilder Text { get; } = new();

    /// <summary>Writes the block.</summary>
    /// <param name="json">Written to.</param>
    /// <param name="isEmpty">Whether it has only begun, without content.</param>
    public void Write(Utf8JsonWriter json, bool isEmpty)
    {
        json.WriteStartObject();
        switch (kind)
        {
            case MessagePartKind.Call:
                json.WriteString("type"u8, "tool_use"u8);
                json.WriteString("id"u8, _id);
                json.WriteString("name"u8, tool);
                json.WritePropertyName("input"u8);
                WriteInput(json, isEmpty);
                break;
            case MessagePartKind.Reasoning:
                json.WriteString("type"u8, "thinking"u8);
                json.WriteString("thinking"u8, isEmpty ? "" : Text.ToString());

                // Clients expect the member; there is nobody to check it.
                json.WriteString("signature"u8, "");
                break;
            default:
                json.WriteString("type"u8, "text"u8);
                json.WriteString("text"u8, isEmpty ? "" : Text.ToString());
                break;
        }

        json.WriteEndObject();
    }

    /// <summary>Writes what a delta adds.</summary>
    public void WriteDelta(Utf8JsonWriter json, string delta)
    {
        json.WriteStartObject("delta"u8);
        (string type, string name) = kind switch
        {
            MessagePartKind.Call => ("input_json_delta", "partial_json"),
            MessagePartKind.Reasoning => ("thinking_delta", "thinking"),
            _ => ("text_delta", "text"),
        };
        json.WriteString("type"u8, type);
        json.WriteString(name, delta);
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
