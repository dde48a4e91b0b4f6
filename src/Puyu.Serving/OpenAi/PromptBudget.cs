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
        int wanted = maxTokens ?? 1;
        if ((long)promptTokens + wanted > card.ContextLength)
        {
            throw ApiException.Invalid(
                $"the context is {card.ContextLength} tokens but {promptTokens} of {parameter} and at least {wanted} "
                + "of the completion are asked for; shorten either", parameter, "context_length_exceeded");
        }

        return maxTokens ?? card.ContextLength - promptTokens;
    }
}
