using System.Text.Json;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>Counts the tokens of a request.</summary>
/// <param name="prompts">Prompts of the request; the choices of one are reported as one update stream.</param>
internal sealed class Usage(int prompts = 1)
{
    private readonly int[] _prompt = new int[prompts];
    private readonly int[] _cached = new int[prompts];

    public int PromptTokens => _prompt.Sum();

    public int CachedTokens => _cached.Sum();

    public int CompletionTokens { get; private set; }

    /// <summary>Those of the completion's tokens that are reasoning.</summary>
    public int ReasoningTokens { get; set; }

    public void Add(CompletionUpdate update, int prompt = 0)
    {
        _prompt[prompt] = Math.Max(_prompt[prompt], update.PromptTokens);
        _cached[prompt] = Math.Max(_cached[prompt], update.CachedTokens);
        CompletionTokens += update.TokenIds.Count;
    }

    public void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, PromptTokens);
        json.WriteNumber("completion_tokens"u8, CompletionTokens);
        json.WriteNumber("total_tokens"u8, PromptTokens + CompletionTokens);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, CachedTokens);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, ReasoningTokens);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
