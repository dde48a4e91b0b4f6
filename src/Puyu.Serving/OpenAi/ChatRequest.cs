using Puyu.Abstractions;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>What a chat asks for.</summary>
internal sealed record ChatRequest
{
    private const int MaxChoices = 128;
    private const int MaxAlternatives = 20;

    /// <summary>What goes to the engine.</summary>
    public required CompletionRequest Completion { get; init; }

    /// <summary>Name of the model, as the answer repeats it.</summary>
    public required string Model { get; init; }

    /// <summary>Tools that the model may call.</summary>
    public required ToolOffer Tools { get; init; }

    /// <summary>Whether the answer begins with reasoning.</summary>
    public required ReasoningMode Reasoning { get; init; }

    /// <summary>Whether the answer comes in pieces.</summary>
    public bool Streams { get; init; }

    /// <summary>Whether a stream ends with the count of tokens.</summary>
    public bool IncludesUsage { get; init; }

    /// <summary>Whether the answer has the ids of its tokens.</summary>
    public bool IncludesTokenIds { get; init; }

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="ApiException">It asks for what cannot be.</exception>
    public static ChatRequest Read(InferenceCall call, Fields body)
    {
        RefuseUnsupported(body);
        ToolOffer tools = ToolFields.Read(body, call.Card, nested: true);
        string? session = call.SessionOf(body);
        var messages = new Prompt.OfMessages(MessageFields.Read(body)) { Tools = tools.Tools };
        (CompletionRequest completion, ReasoningMode reasoning) = Complete(
            call, body, messages, tools, ConstraintFields.Read(body), MaxTokens(body), session);
        return new ChatRequest
        {
            Completion = completion with
            {
                Choices = body.Integer("n", 1, MaxChoices) ?? 1,
                TopLogProbabilities = Alternatives(body),
            },
            Model = body.Text("model") ?? call.Card.Name,
            Tools = tools,
            Reasoning = reasoning,
            Streams = body.Flag("stream") ?? false,
            IncludesUsage = body.Object("stream_options")?.Flag("include_usage") ?? false,
            IncludesTokenIds = body.Flag("return_token_ids") ?? false,
        };
    }

    /// <summary>What goes to the engine for a conversation.</summary>
    /// <param name="call">The request.</param>
    /// <param name="body">Its body, of which model and sampling are read.</param>
    /// <param name="messages">The conversation.</param>
    /// <param name="tools">Tools that may be called.</param>
    /// <param name="format">What the message must look like.</param>
    /// <param name="maxTokens">Its length; null for all there is room for.</param>
    /// <param name="session">The session that it continues; null for none.</param>
    public static (CompletionRequest Completion, ReasoningMode Reasoning) Complete(
        InferenceCall call, Fields body, Prompt.OfMessages messages, ToolOffer tools, OutputConstraint? format,
        int? maxTokens, string? session)
    {
        string? adapter = call.AdapterOf(body.Text("model"));
        SamplingOptions sampling = SamplingFields.Read(body, call.Card.Sampling, call.Card.VocabSize);
        IReadOnlyList<int> tokenIds = Encode(call, messages);
        ReasoningMode reasoning = ReasoningModes.Of(call, body, tokenIds);

        // A session's history is the engine's to put before the messages, so there the engine judges what fits.
        int length = session is not null
            ? maxTokens ?? call.Card.ContextLength
            : PromptBudget.MaxTokens(call.Card, tokenIds.Count, maxTokens, "messages");
        var completion = new CompletionRequest
        {
            Prompt = session is not null ? messages : new Prompt.OfTokens(tokenIds),
            Sampling = Checked(sampling with { MaxTokens = length }),
            Constraint = reasoning.Apply(Constraint(format, tools)),
            Adapter = adapter,
            Priority = body.Integer("priority") ?? 0,
            SessionId = session,
            ShowsSpecialTokens = !tools.IsEmpty || reasoning != ReasoningMode.Off
                || body.Flag("skip_special_tokens") == false,
        };
        return (completion, reasoning);
    }

    /// <summary>Sampling options with a rule between two of them that no single member can break.</summary>
    public static SamplingOptions Checked(SamplingOptions sampling) => sampling.MinTokens <= sampling.MaxTokens
        ? sampling
        : throw Fields.OutOfRange("min_tokens", $"{sampling.MinTokens}", $"must be at most {sampling.MaxTokens}");

    private static int? MaxTokens(Fields body) =>
        body.Integer("max_completion_tokens", 1) ?? body.Integer("max_tokens", 1);

    /// <summary>Applies the template, so that what does not fit is refused before it waits.</summary>
    private static IReadOnlyList<int> Encode(InferenceCall call, Prompt.OfMessages messages) => call.Card.Chats
        ? call.Engine.EncodePrompt(messages)
        : throw ApiException.Unsupported(
            "messages", $"{call.Card.Name} has no chat template; use /v1/completions");

    private static int? Alternatives(Fields body)
    {
        int? alternatives = body.Integer("top_logprobs", 0, MaxAlternatives);
        bool wanted = body.Flag("logprobs") ?? false;
        return wanted ? alternatives ?? 0
            : alternatives is null or 0 ? null
            : throw Fields.OutOfRange("top_logprobs", $"{alternatives}", "needs logprobs to be true");
    }

    /// <summary>A call that is demanded goes before a format; one that is allowed stands beside it.</summary>
    private static OutputConstraint? Constraint(OutputConstraint? format, ToolOffer tools) =>
        format is null || tools.IsEmpty || tools.Constraint is not null
            ? tools.Constraint ?? format
            : new OutputConstraint.AnyOf([format, new OutputConstraint.ToolCalls(tools.Tools, tools.AllowsSeveral)]);

    private static void RefuseUnsupported(Fields body)
    {
        body.Refuse("functions", "send tools");
        body.Refuse("function_call", "send tool_choice");
        body.Refuse("audio", "the model writes text");
        body.Refuse("prediction", "there are no predicted outputs");
        body.Refuse("web_search_options", "there is no search");
        body.Refuse("reasoning_effort", "how long a model thinks cannot be set");
        body.Refuse("best_of", "send n, and choose");
        if (body.Texts("modalities").FirstOrDefault(modality => modality != "text") is { } other)
        {
            throw ApiException.Unsupported(body.PathOf("modalities"), $"the model writes text, not {other}");
        }
    }
}
