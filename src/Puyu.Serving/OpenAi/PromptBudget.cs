using Puyu.Abstractions.Engine;

namespace Puyu.Serving.OpenAi;

/// <summary>How long a completion may get.</summary>
internal static class PromptBudget
{
    /// <summary>The room that a prompt leaves, or the length that was asked for.</summary>
    /// <param name="card">Says how long the context is.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="maxTokens">Length asked for; null for all there is.</param>
    /// <param name="parameter">Member with the prompt.</param>
    /// <exception cref="ApiException">It does not fit.</exception>
    public static int MaxTokens(EngineCard card, int promptTokens, int? maxTokens, string parameter)
    {
        Require(card, promptTokens, maxTokens ?? 1, parameter);
        return maxTokens ?? card.ContextLength - promptTokens;
    }

    /// <summary>Throws unless prompt and completion fit the context.</summary>
    /// <param name="card">Says how long the context is.</param>
    /// <param name="promptTokens">Tokens of the prompt.</param>
    /// <param name="completionTokens">Tokens of the completion.</param>
    /// <param name="parameter">Member with the prompt.</param>
    /// <exception cref="ApiException">They do not.</exception>
    public static void Require(EngineCard card, int promptTokens, int completionTokens, string parameter)
    {
        if ((long)promptTokens + completionTokens > card.ContextLength)
        {
            throw ApiException.Invalid(
                $"the context is {card.ContextLength} tokens but {parameter} has {promptTokens} and the completion "
                + $"asks for {completionTokens}; shorten either", parameter, "context_length_exceeded");
        }
    }
}
