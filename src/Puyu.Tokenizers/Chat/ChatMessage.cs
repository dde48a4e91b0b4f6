namespace Puyu.Tokenizers.Chat;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">
/// Who speaks: <c>system</c>, <c>user</c>, <c>assistant</c>, and where the template has it <c>tool</c> (InternLM2:
/// <c>environment</c>, Llama 3: <c>ipython</c>).
/// </param>
/// <param name="Content">What is said. Never becomes a special token, whatever it spells.</param>
/// <param name="Name">
/// InternLM2 only: the kind of message (<c>plugin</c>, <c>interpreter</c>, <c>file</c>) or the speaker's name, without
/// white space.
/// </param>
/// <param name="Action">The call that ends an assistant's message, where the template has calls.</param>
public sealed record ChatMessage(string Role, string Content, string? Name = null, ChatAction? Action = null)
{
    /// <summary>Calls behind <see cref="Action"/>.</summary>
    public IReadOnlyList<ChatAction> FurtherActions { get; init; } = [];
}

/// <summary>A call of a tool by the assistant.</summary>
/// <param name="Kind"><c>plugin</c> (a JSON call) or <c>interpreter</c> (fenced code).</param>
/// <param name="Body">The call; encoded as untrusted text.</param>
public sealed record ChatAction(string Kind, string Body);
