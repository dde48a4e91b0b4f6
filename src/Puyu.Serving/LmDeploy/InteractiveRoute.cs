using System.Buffers;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Serving.OpenAi;

namespace Puyu.Serving.LmDeploy;

/// <summary>
/// A conversation whose history the server keeps: <c>/v1/chat/interactive</c>. Pieces of the answer are JSON values, a
/// line each.
/// </summary>
internal static class InteractiveRoute
{
    private static readonly SamplingOptions _defaults = new() { Temperature = 0.8f, TopP = 0.8f, TopK = 40 };

    public static async Task AnswerAsync(InferenceCall call, Fields body)
    {
        body.Refuse("image_url", "the model reads text");
        string? session = call.SessionOf(body);
        if (body.Flag("cancel") == true)
        {
            await CancelAsync(call, session ?? throw body.Missing("session_id"));
            return;
        }

        bool keeps = body.Flag("interactive_mode") ?? false;
        if (keeps && session is null)
        {
            throw body.Missing("session_id");
        }

        CompletionRequest request = Read(call, body, session, out int inputTokens);
        try
        {
            await (body.Flag("stream") == true
                ? StreamAsync(call, request, inputTokens)
                : ReplyAsync(call, request, inputTokens));
        }
        finally
        {
            if (!keeps && session is not null)
            {
                call.Engine.EndSession(session);
            }
        }
    }

    private static CompletionRequest Read(InferenceCall call, Fields body, string? session, out int inputTokens)
    {
        var prompt = new Prompt.OfMessages(MessageFields.Read(body, "prompt"));
        inputTokens = call.Engine.EncodePrompt(prompt).Count;
        int? length = body.Integer("request_output_len", 1);
        SamplingOptions sampling = SamplingFields.Read(body, _defaults, call.Card.VocabSize);
        return new CompletionRequest
        {
            Prompt = prompt,
            Sampling = sampling with
            {
                MaxTokens = PromptBudget.MaxTokens(call.Card, inputTokens, length, "prompt"),
            },
            SessionId = session,
            Adapter = call.AdapterOf(body.Text("model")),
            ShowsSpecialTokens = body.Flag("skip_special_tokens") == false,
        };
    }

    private static Task CancelAsync(InferenceCall call, string session)
    {
        call.Engine.Abort(session);
        return call.ReplyAsync(0, static (json, _) => Write(json, "", 0, 0, 0, "stop"));
    }

    private static async Task ReplyAsync(InferenceCall call, CompletionRequest request, int inputTokens)
    {
        var whole = new CompletionChoice();
        await foreach (CompletionUpdate update in call.CompleteAsync(request))
        {
            whole.Add(update);
        }

        await call.ReplyAsync((whole.Whole, inputTokens), static (json, answer) =>
            Write(json, answer.Whole, answer.Whole.TokenIds.Count, answer.inputTokens));
    }

    private static async Task StreamAsync(InferenceCall call, CompletionRequest request, int inputTokens)
    {
        HttpResponse response = call.Context.Response;
        await using var json = new Utf8JsonWriter(response.BodyWriter, JsonReply.Options);
        int tokens = 0;
        await foreach (CompletionUpdate update in call.CompleteAsync(request))
        {
            if (!response.HasStarted)
            {
                response.ContentType = "application/x-ndjson";
            }

            tokens += update.TokenIds.Count;
            json.Reset();
            Write(json, update, tokens, inputTokens);
            json.Flush();
            response.BodyWriter.Write("\n"u8);
            await response.BodyWriter.FlushAsync(call.Cancellation);
        }
    }

    private static void Write(Utf8JsonWriter json, CompletionUpdate update, int tokens, int inputTokens) => Write(
        json, update.Text, tokens, inputTokens, Math.Max(update.PromptTokens - inputTokens, 0),
        update.FinishReason is { } reason ? Names.Of(reason) : null);

    private static void Write(
        Utf8JsonWriter json, string text, int tokens, int inputTokens, int historyTokens, string? finishReason)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, text);
        json.WriteNumber("tokens"u8, tokens);
        json.WriteNumber("input_tokens"u8, inputTokens);
        json.WriteNumber("history_tokens"u8, historyTokens);
        json.WriteString("finish_reason"u8, finishReason);
        json.WriteEndObject();
    }
}
