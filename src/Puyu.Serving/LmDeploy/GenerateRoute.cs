using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Serving.OpenAi;

namespace Puyu.Serving.LmDeploy;

/// <summary>Completes text or token ids: <c>/generate</c>.</summary>
internal static class GenerateRoute
{
    private const int DefaultMaxTokens = 128;

    public static Task AnswerAsync(InferenceCall call, Fields body)
    {
        body.Refuse("image_data", "the model reads text");
        if (body.Has("prompt") == body.Has("input_ids"))
        {
            throw ApiException.Invalid("exactly one of prompt and input_ids must be given", "prompt");
        }

        string member = body.Has("prompt") ? "prompt" : "input_ids";
        PromptItem prompt = PromptFields.Read(body, member, call.Engine, maxPrompts: 1)[0];
        SamplingOptions sampling = SamplingFields.Read(body, call.Card.Sampling, call.Card.VocabSize);
        int maxTokens = body.Integer("max_tokens", 1) ?? DefaultMaxTokens;
        var request = new CompletionRequest
        {
            Prompt = prompt.Prompt,
            Sampling = ChatRequest.Checked(sampling with
            {
                MaxTokens = PromptBudget.MaxTokens(call.Card, prompt.TokenIds.Count, maxTokens, member),
            }),
            TopLogProbabilities = body.Flag("return_logprob") == true ? 0 : null,
            Constraint = ConstraintFields.Read(body),
            SessionId = call.SessionOf(body),
            ShowsSpecialTokens = body.Flag("skip_special_tokens") == false,
        };
        return body.Flag("stream") == true ? StreamAsync(call, request) : ReplyAsync(call, request);
    }

    private static async Task StreamAsync(InferenceCall call, CompletionRequest request)
    {
        await using EventStream events = call.OpenEvents();
        var usage = new Usage();
        await events.RunAsync(async _ =>
        {
            await foreach (CompletionUpdate update in call.CompleteAsync(request))
            {
                usage.Add(update);
                await events.WriteAsync(
                    (update, usage), static (json, chunk) => Write(json, chunk.update, chunk.usage));
            }

            await events.EndAsync();
        });
    }

    private static async Task ReplyAsync(InferenceCall call, CompletionRequest request)
    {
        var usage = new Usage();
        var whole = new CompletionChoice();
        await foreach (CompletionUpdate update in call.CompleteAsync(request))
        {
            usage.Add(update);
            whole.Add(update);
        }

        await call.ReplyAsync((whole.Whole, usage), static (json, answer) => Write(json, answer.Whole, answer.usage));
    }

    private static void Write(Utf8JsonWriter json, CompletionUpdate update, Usage usage)
    {
        json.WriteStartObject();
        json.WriteString("text"u8, update.Text);
        json.WriteStartArray("output_ids"u8);
        foreach (int tokenId in update.TokenIds)
        {
            json.WriteNumberValue(tokenId);
        }

        json.WriteEndArray();
        json.WriteStartObject("meta_info"u8);
        json.WriteNumber("prompt_tokens"u8, usage.PromptTokens);
        json.WriteNumber("completion_tokens"u8, usage.CompletionTokens);
        json.WriteNumber("cached_tokens"u8, usage.CachedTokens);
        WriteFinish(json, update.FinishReason, usage.CompletionTokens);
        if (update.Scores.Count > 0)
        {
            WriteScores(json, update.Scores);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteFinish(Utf8JsonWriter json, FinishReason? reason, int length)
    {
        if (reason is null)
        {
            json.WriteNull("finish_reason"u8);
            return;
        }

        json.WriteStartObject("finish_reason"u8);
        json.WriteString("type"u8, Names.Of(reason.Value));
        if (reason == FinishReason.Length)
        {
            json.WriteNumber("length"u8, length);
        }

        json.WriteEndObject();
    }

    private static void WriteScores(Utf8JsonWriter json, IReadOnlyList<TokenScore> scores)
    {
        json.WriteStartArray("output_token_logprobs"u8);
        foreach (TokenScore score in scores)
        {
            json.WriteStartArray();
            json.WriteNumberValue(ScoreJson.Finite(score.LogProbability));
            json.WriteNumberValue(score.TokenId);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }
}
