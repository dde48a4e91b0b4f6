using System.Text.Json;
using Puyu.Abstractions.Engine;
using Puyu.Serving.OpenAi;

namespace Puyu.Serving.Anthropic;

/// <summary>An answer in Anthropic's blocks, as it comes.</summary>
internal sealed class MessagesWriter(MessagesRequest request, IInferenceEngine engine)
{
    private readonly string _id = InferenceCall.NewId("msg_");
    private readonly ChatMessage _message = new(request.Tools, request.Reasoning, engine);
    private readonly List<MessageBlock> _blocks = [];
    private readonly Usage _usage = new();

    /// <summary>Number of the latest block, from 0; −1 before the first.</summary>
    public int Index => _blocks.Count - 1;

    /// <summary>Counts tokens, and takes the update apart.</summary>
    public IEnumerable<MessagePart> Read(CompletionUpdate update)
    {
        _usage.Add(update);
        return _message.Read(update).Where(
            part => request.ShowsReasoning || part.Kind != MessagePartKind.Reasoning);
    }

    /// <summary>The block that a part belongs to, and whether it is new.</summary>
    public MessageBlock BlockOf(MessagePart part, out bool isNew)
    {
        isNew = _blocks.Count == 0
            || part.Kind == MessagePartKind.Call
            || (part.Kind != MessagePartKind.Arguments && _blocks[^1].Kind != part.Kind);
        if (isNew)
        {
            _blocks.Add(new MessageBlock(part.Kind, part.Text));
        }

        return _blocks[^1];
    }

    /// <summary>Writes the message: with its blocks, or as it begins.</summary>
    public void Write(Utf8JsonWriter json, bool isBeginning)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("type"u8, "message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("model"u8, request.Model);
        json.WriteStartArray("content"u8);
        foreach (MessageBlock block in isBeginning ? [] : _blocks)
        {
            block.Write(json, isEmpty: false);
        }

        json.WriteEndArray();
        WriteStop(json, isBeginning);
        WriteUsage(json);
        json.WriteEndObject();
    }

    /// <summary>Writes why the message ended.</summary>
    public void WriteStop(Utf8JsonWriter json, bool isBeginning)
    {
        bool byString = _message is { FinishReason: "stop", StopReason: not (null or "aborted") };
        json.WriteString("stop_reason"u8, isBeginning ? null : _message.FinishReason switch
        {
            "length" => "max_tokens",
            "tool_calls" => "tool_use",
            _ => byString ? "stop_sequence" : "end_turn",
        });
        json.WriteString("stop_sequence"u8, byString && !isBeginning ? _message.StopReason : null);
    }

    /// <summary>Writes the count of tokens; those that were cached are counted apart.</summary>
    public void WriteUsage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("input_tokens"u8, _usage.PromptTokens - _usage.CachedTokens);
        json.WriteNumber("cache_read_input_tokens"u8, _usage.CachedTokens);
        json.WriteNumber("cache_creation_input_tokens"u8, 0);
        json.WriteNumber("output_tokens"u8, _usage.CompletionTokens);
        json.WriteEndObject();
    }
}
