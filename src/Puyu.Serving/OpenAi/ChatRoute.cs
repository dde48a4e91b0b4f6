using System.Text;
using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Answers conversations: <c>/v1/chat/completions</c>.</summary>
internal static class ChatRoute
{
    public static Task AnswerAsync(InferenceCall call, Fields body)
    {
        ChatRequest request = ChatRequest.Read(call, body);
        return request.Streams ? StreamAsync(call, request) : ReplyAsync(call, request);
    }

    private static async Task StreamAsync(InferenceCall call, ChatRequest request)
    {
        await using EventStream events = call.OpenEvents();
        var writer = new ChatStreamWriter(call, request, events);
        await events.RunAsync(async _ =>
        {
            await foreach (CompletionUpdate update in call.CompleteAsync(request.Completion))
            {
                await writer.WriteAsync(update);
            }

            await writer.EndAsync();
        });
    }

    private static async Task ReplyAsync(InferenceCall call, ChatRequest request)
    {
        var usage = new Usage();
        var choices = new ChatChoice[request.Completion.Choices];
        for (int i = 0; i < choices.Length; i++)
        {
            choices[i] = new ChatChoice(new ChatMessage(request.Tools, request.Reasoning, call.Engine));
        }

        await foreach (CompletionUpdate update in call.CompleteAsync(request.Completion))
        {
            usage.Add(update);
            choices[update.Choice].Add(update);
        }

        usage.ReasoningTokens = choices.Sum(choice => choice.Message.ReasoningTokens);
        long created = call.Time.GetUtcNow().ToUnixTimeSeconds();
        await call.ReplyAsync((request, choices, usage, created), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, InferenceCall.NewId("chatcmpl-"));
            json.WriteString("object"u8, "chat.completion"u8);
            json.WriteNumber("created"u8, answer.created);
            json.WriteString("model"u8, answer.request.Model);
            json.WriteStartArray("choices"u8);
            for (int i = 0; i < answer.choices.Length; i++)
            {
                Write(json, answer.request, answer.choices[i], i);
            }

            json.WriteEndArray();
            answer.usage.Write(json);
            json.WriteEndObject();
        });
    }

    private static void Write(Utf8JsonWriter json, ChatRequest request, ChatChoice choice, int index)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, index);
        WriteMessage(json, choice);
        if (request.Completion.TopLogProbabilities is null)
        {
            json.WriteNull("logprobs"u8);
        }
        else
        {
            ScoreJson.WriteChat(json, choice.Scores);
        }

        json.WriteString("finish_reason"u8, choice.Message.FinishReason);
        if (choice.Message.StopReason is { } stop)
        {
            json.WriteString("stop_reason"u8, stop);
        }

        if (request.IncludesTokenIds)
        {
            WriteTokenIds(json, choice.TokenIds);
        }

        json.WriteEndObject();
    }

    private static void WriteMessage(Utf8JsonWriter json, ChatChoice choice)
    {
        json.WriteStartObject("message"u8);
        json.WriteString("role"u8, "assistant"u8);
        json.WriteString("content"u8, choice.Text.Length == 0 && choice.Calls.Count > 0 ? null : choice.Text);
        if (choice.Reasoning.Length > 0)
        {
            json.WriteString("reasoning_content"u8, choice.Reasoning);
        }

        json.WriteNull("refusal"u8);
        if (choice.Calls.Count > 0)
        {
            json.WriteStartArray("tool_calls"u8);
            foreach ((string id, string name, StringBuilder arguments) in choice.Calls)
            {
                json.WriteStartObject();
                json.WriteString("id"u8, id);
                json.WriteString("type"u8, "function"u8);
                json.WriteStartObject("function"u8);
                json.WriteString("name"u8, name);
                json.WriteString("arguments"u8, arguments.ToString());
                json.WriteEndObject();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    public static void WriteTokenIds(Utf8JsonWriter json, IReadOnlyList<int> tokenIds)
    {
        json.WriteStartArray("token_ids"u8);
        foreach (int tokenId in tokenIds)
        {
            json.WriteNumberValue(tokenId);
        }

        json.WriteEndArray();
    }
}
