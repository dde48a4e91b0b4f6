using Puyu.Abstractions;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>What a completion of plain text asks for.</summary>
internal sealed record CompletionQuery
{
    private const int DefaultMaxTokens = 16;
    private const int MaxChoices = 128;
    private const int MaxAlternatives = 20;
    private const int MaxPrompts = 2048;

    /// <summary>What goes to the engine, one a prompt.</summary>
    public required IReadOnlyList<CompletionRequest> Completions { get; init; }

    /// <summary>Name of the model, as the answer repeats it.</summary>
    public required string Model { get; init; }

    /// <summary>Completions of each prompt.</summary>
    public int Choices { get; init; }

    /// <summary>The prompts, where they are to be repeated before their completions; else empty.</summary>
    public IReadOnlyList<string> Echoes { get; init; } = [];

    /// <summary>Whether nothing is to be completed: the prompt and its scores are all that is wanted.</summary>
    public bool PromptOnly { get; init; }

    /// <summary>Whether log-probabilities are wanted.</summary>
    public bool Scores { get; init; }

    public bool Streams { get; init; }

    public bool IncludesUsage { get; init; }

    public bool IncludesTokenIds { get; init; }

    /// <summary>Reads the body of a request.</summary>
    /// <exception cref="ApiException">It asks for what cannot be.</exception>
    public static CompletionQuery Read(InferenceCall call, Fields body)
    {
        body.Refuse("suffix", "the model completes at the end alone");
        int choices = body.Integer("n", 1, MaxChoices) ?? 1;
        if (body.Integer("best_of", 1) is { } best && best != choices)
        {
            throw ApiException.Unsupported("best_of", "send n, and choose");
        }

        string? model = body.Text("model");
        string? adapter = call.AdapterOf(model);
        bool echo = body.Flag("echo") ?? false;
        int? alternatives = body.Integer("logprobs", 0, MaxAlternatives);
        int maxTokens = body.Integer("max_tokens", echo ? 0 : 1) ?? DefaultMaxTokens;
        SamplingOptions sampling = SamplingFields.Read(body, call.Card.Sampling, call.Card.VocabSize);
        IReadOnlyList<PromptItem> prompts = PromptFields.Read(body, "prompt", call.Engine, MaxPrompts);
        var template = new CompletionRequest
        {
            Prompt = prompts[0].Prompt,
            Choices = choices,
            TopLogProbabilities = alternatives,
            ScoresPrompt = echo && alternatives is not null,
            Constraint = ConstraintFields.Read(body),
            Adapter = adapter,
            Priority = body.Integer("priority") ?? 0,
            ShowsSpecialTokens = body.Flag("skip_special_tokens") == false,
        };
        return new CompletionQuery
        {
            Completions = [.. prompts.Select(prompt => template with
            {
                Prompt = prompt.Prompt,
                Sampling = ChatRequest.Checked(sampling with
                {
                    MaxTokens = PromptBudget.MaxTokens(
                        call.Card, prompt.TokenIds.Count, Math.Max(maxTokens, 1), "prompt"),
                }),
            })],
            Model = model ?? call.Card.Name,
            Choices = choices,
            Echoes = echo ? PromptFields.Texts(body, "prompt", call.Engine) : [],
            PromptOnly = maxTokens == 0,
            Scores = alternatives is not null,
            Streams = body.Flag("stream") ?? false,
            IncludesUsage = body.Object("stream_options")?.Flag("include_usage") ?? false,
            IncludesTokenIds = body.Flag("return_token_ids") ?? false,
        };
    }
}
