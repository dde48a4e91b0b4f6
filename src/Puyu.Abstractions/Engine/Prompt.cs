namespace Puyu.Abstractions.Engine;

/// <summary>What a completion continues.</summary>
public abstract record Prompt
{
    private Prompt()
    {
    }

    /// <summary>Plain text; the beginning-of-text token is put before it.</summary>
    /// <param name="Text">The text; never becomes a special token.</param>
    public sealed record OfText(string Text) : Prompt;

    /// <summary>Token ids as they are.</summary>
    /// <param name="TokenIds">At least one, each below the size of the vocabulary.</param>
    public sealed record OfTokens(IReadOnlyList<int> TokenIds) : Prompt;

    /// <summary>A conversation, written with the model's chat template.</summary>
    /// <param name="Messages">At least one; the assistant answers.</param>
    public sealed record OfMessages(IReadOnlyList<PromptMessage> Messages) : Prompt
    {
        /// <summary>Tools that the assistant is told of.</summary>
        public IReadOnlyList<ToolDefinition> Tools { get; init; } = [];
    }
}
