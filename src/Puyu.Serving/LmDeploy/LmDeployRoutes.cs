using System.Text.Json;
using Puyu.Abstractions.Engine;
using Puyu.Serving.OpenAi;

namespace Puyu.Serving.LmDeploy;

/// <summary>The routes that LMDeploy adds to OpenAI's, and those for tokens that other servers have.</summary>
internal static class LmDeployRoutes
{
    private const int MaxTexts = 2048;

    public static void Map(IEndpointRouteBuilder routes)
    {
        IInferenceEngine engine = routes.ServiceProvider.GetRequiredService<IInferenceEngine>();
        routes.MapInference("/generate", GenerateRoute.AnswerAsync);
        routes.MapInference("/get_ppl", ScoreAsync);
        routes.MapInference("/v1/chat/interactive", InteractiveRoute.AnswerAsync);

        // LMDeploy 0.2 had quotas on routes of their own; here they hold on all.
        routes.MapInference("/v1/chat/interactive_qos", InteractiveRoute.AnswerAsync);
        routes.MapInference("/v1/chat/completions_qos", ChatRoute.AnswerAsync);
        routes.MapInference("/v1/completions_qos", CompletionRoute.AnswerAsync);
        routes.MapJson("/v1/encode", (context, body) => EncodeAsync(context, body, engine));
        routes.MapJson("/tokenize", (context, body) => TokenizeAsync(context, body, engine));
        routes.MapJson("/detokenize", (context, body) => JsonReply.WriteAsync(
            context, engine.Decode(body.TokenIds("tokens", engine.Card.VocabSize)), static (json, text) =>
            {
                json.WriteStartObject();
                json.WriteString("prompt"u8, text);
                json.WriteEndObject();
            }));
    }

    /// <summary>Mean cross-entropy of texts, in nats a token: what LMDeploy calls <c>ppl</c>.</summary>
    private static async Task ScoreAsync(InferenceCall call, Fields body)
    {
        IReadOnlyList<PromptItem> inputs = PromptFields.Read(body, "input", call.Engine, MaxTexts);
        foreach (PromptItem input in inputs)
        {
            PromptBudget.Require(call.Card, input.TokenIds.Count, 1, "input");
            if (input.TokenIds.Count < 2)
            {
                throw Fields.OutOfRange("input", "a single token", "must have two, of which the second is predicted");
            }
        }

        double[] losses = new double[inputs.Count];
        for (int i = 0; i < losses.Length; i++)
        {
            losses[i] = await LossAsync(call, inputs[i]);
        }

        bool single = body.Get("input") is not { ValueKind: JsonValueKind.Array } list
            || list[0].ValueKind == JsonValueKind.Number;
        await call.ReplyAsync((losses, single), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WritePropertyName("ppl"u8);
            if (answer.single)
            {
                json.WriteNumberValue(answer.losses[0]);
            }
            else
            {
                JsonSerializer.Serialize(json, answer.losses);
            }

            json.WriteEndObject();
        });
    }

    private static async Task<double> LossAsync(InferenceCall call, PromptItem input)
    {
        var request = new CompletionRequest
        {
            Prompt = input.Prompt,
            Sampling = call.Card.Sampling with { MaxTokens = 1, MinTokens = 0 },
            TopLogProbabilities = 0,
            ScoresPrompt = true,
        };
        await foreach (CompletionUpdate update in call.CompleteAsync(request))
        {
            if (update.PromptScores.Count > 0)
            {
                return -update.PromptScores.Skip(1).Average(score => (double)score.LogProbability);
            }
        }

        throw new EngineException(EngineErrorCode.NotSupported, "the engine does not score prompts", "input");
    }

    private static Task EncodeAsync(HttpContext context, Fields body, IInferenceEngine engine)
    {
        bool isList = body.Get("input") is { ValueKind: JsonValueKind.Array };
        bool addsBeginning = body.Flag("add_bos") ?? true;
        bool asChat = body.Flag("do_preprocess") ?? false;
        IReadOnlyList<int>[] encoded = [.. (body.Has("input") ? body.Texts("input") : throw body.Missing("input"))
            .Select(text => asChat
                ? engine.EncodePrompt(new Prompt.OfMessages([new PromptMessage("user", text)]))
                : engine.Encode(text, addsBeginning))];
        return JsonReply.WriteAsync(context, (encoded, isList), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WritePropertyName("input_ids"u8);
            JsonSerializer.Serialize<object>(json, answer.isList ? answer.encoded : answer.encoded[0]);
            json.WritePropertyName("length"u8);
            JsonSerializer.Serialize<object>(
                json, answer.isList ? answer.encoded.Select(ids => ids.Count) : answer.encoded[0].Count);
            json.WriteEndObject();
        });
    }

    private static Task TokenizeAsync(HttpContext context, Fields body, IInferenceEngine engine)
    {
        IReadOnlyList<int> tokenIds = body.Has("messages")
            ? engine.EncodePrompt(new Prompt.OfMessages(MessageFields.Read(body)))
            : engine.Encode(body.RequiredText("prompt"), body.Flag("add_special_tokens") ?? true);
        return JsonReply.WriteAsync(context, (tokenIds, engine.Card.ContextLength), static (json, answer) =>
        {
            json.WriteStartObject();
            json.WriteNumber("count"u8, answer.tokenIds.Count);
            json.WriteNumber("max_model_len"u8, answer.ContextLength);
            json.WritePropertyName("tokens"u8);
            JsonSerializer.Serialize(json, answer.tokenIds);
            json.WriteEndObject();
        });
    }
}
