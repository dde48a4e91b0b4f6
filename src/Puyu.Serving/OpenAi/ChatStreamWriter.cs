using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Writes a conversation's answer in pieces.</summary>
internal sealed class ChatStreamWriter
{
    private readonly ChatRequest _request;
    private readonly EventStream _events;
    private readonly ChatMessage[] _messages;
    private readonly bool[] _begun;
    private readonly Usage _usage = new();
    private readonly JsonEncodedText _id;
    private readonly JsonEncodedText _model;
    private readonly long _created;

    public ChatStreamWriter(InferenceCall call, ChatRequest request, EventStream events)
    {
        _request = request;
        _events = events;
        _begun = new bool[request.Completion.Choices];
        _messages = new ChatMessage[request.Completion.Choices];
        for (int i = 0; i < _messages.Length; i++)
        {
            _messages[i] = new ChatMessage(request.Tools, request.Reasoning, call.Engine);
        }

        _id = JsonEncodedText.Encode(InferenceCall.NewId("chatcmpl-"), JsonReply.Options.Encoder);
        _model = JsonEncodedText.Encode(request.Model, JsonReply.Options.Encoder);
        _created = call.Time.GetUtcNow().ToUnixTimeSeconds();
    }

    /// <summary>Writes what an update brings.</summary>
    public async ValueTask WriteAsync(CompletionUpdate update)
    {
        _usage.Add(update);
        if (!_begun[update.Choice])
        {
            _begun[update.Choice] = true;
            await SendAsync(new Delta(update.Choice) { Begins = true, Text = "" });
        }

        ChatMessage message = _messages[update.Choice];
        CompletionUpdate? details = HasDetails(update) ? update : null;
        foreach (MessagePart part in message.Read(update))
        {
            await SendAsync(DeltaOf(part, update.Choice, message) with { Details = details });
            details = null;
        }

        // Tokens whose text is held back, or has none.
        if (details is not null)
        {
            await SendAsync(new Delta(update.Choice) { Text = "", Details = details });
        }

        if (message.FinishReason is not null)
        {
            await SendAsync(new Delta(update.Choice) { Ends = message });
        }
    }

    /// <summary>Writes the count of tokens where it is asked for, and the end.</summary>
    public async ValueTask EndAsync()
    {
        if (_request.IncludesUsage)
        {
            _usage.ReasoningTokens = _messages.Sum(message => message.ReasoningTokens);
            await _events.WriteAsync(this, static (json, stream) => stream.WriteUsage(json));
        }

        await _events.EndAsync();
    }

    private static Delta DeltaOf(MessagePart part, int choice, ChatMessage message) => part.Kind switch
    {
        MessagePartKind.Text => new Delta(choice) { Text = part.Text },
        MessagePartKind.Reasoning => new Delta(choice) { Reasoning = part.Text },
        MessagePartKind.Call => new Delta(choice)
        {
            Call = message.NextCall(),
            CallId = InferenceCall.NewId("call_"),
            CallName = part.Text,
            Arguments = "",
        },
        _ => new Delta(choice) { Call = message.LatestCall, Arguments = part.Text },
    };

    private bool HasDetails(CompletionUpdate update) => update.TokenIds.Count > 0
        && (_request.IncludesTokenIds || _request.Completion.TopLogProbabilities is not null);

    private ValueTask SendAsync(Delta delta) =>
        _events.WriteAsync((Stream: this, Delta: delta), static (json, chunk) => chunk.Stream.Write(json, chunk.Delta));

    private void Write(Utf8JsonWriter json, in Delta delta)
    {
        WriteHead(json);
        json.WriteStartObject();
        json.WriteNumber("index"u8, delta.Choice);
        json.WriteStartObject("delta"u8);
        WriteDelta(json, delta);
        json.WriteEndObject();
        WriteDetails(json, delta.Details);
        json.WriteString("finish_reason"u8, delta.Ends?.FinishReason);
        if (delta.Ends?.StopReason is { } stop)
        {
            json.WriteString("stop_reason"u8, stop);
        }

        json.WriteEndObject();
        json.WriteEndArray();
        if (_request.IncludesUsage)
        {
            json.WriteNull("usage"u8);
        }

        json.WriteEndObject();
    }

    private void WriteHead(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("id"u8, _id);
        json.WriteString("object"u8, "chat.completion.chunk"u8);
        json.WriteNumber("created"u8, _created);
        json.WriteString("model"u8, _model);
        json.WriteStartArray("choices"u8);
    }

    private static void WriteDelta(Utf8JsonWriter json, in Delta delta)
    {
        if (delta.Begins)
        {
            json.WriteString("role"u8, "assistant"u8);
        }

        if (delta.Text is not null)
        {
            json.WriteString("content"u8, delta.Text);
        }

        if (delta.Reasoning is not null)
        {
            json.WriteString("reasoning_content"u8, delta.Reasoning);
        }

        if (delta.Arguments is null)
        {
            return;
        }

        json.WriteStartArray("tool_calls"u8);
        json.WriteStartObject();
        json.WriteNumber("index"u8, delta.Call);
        if (delta.CallId is not null)
        {
            json.WriteString("id"u8, delta.CallId);
            json.WriteString("type"u8, "function"u8);
        }

        json.WriteStartObject("function"u8);
        if (delta.CallName is not null)
        {
            json.WriteString("name"u8, delta.CallName);
        }

        json.WriteString("arguments"u8, delta.Arguments);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private void WriteDetails(Utf8JsonWriter json, CompletionUpdate? details)
    {
        if (details is not null && _request.Completion.TopLogProbabilities is not null)
        {
            ScoreJson.WriteChat(json, details.Scores);
        }
        else
        {
            json.WriteNull("logprobs"u8);
        }

        if (details is not null && _request.IncludesTokenIds)
        {
            ChatRoute.WriteTokenIds(json, details.TokenIds);
        }
    }

    private void WriteUsage(Utf8JsonWriter json)
    {
        WriteHead(json);
        json.WriteEndArray();
        _usage.Write(json);
        json.WriteEndObject();
    }

    /// <summary>What one event says about a choice.</summary>
    private readonly record struct Delta(int Choice)
    {
        public bool Begins { get; init; }

        public string? Text { get; init; }

        public string? Reasoning { get; init; }

        public int Call { get; init; }

        public string? CallId { get; init; }

        public string? CallName { get; init; }

        public string? Arguments { get; init; }

        public CompletionUpdate? Details { get; init; }

        public ChatMessage? Ends { get; init; }
    }
}
