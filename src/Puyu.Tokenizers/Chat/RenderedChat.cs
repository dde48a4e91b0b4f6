namespace Puyu.Tokenizers.Chat;

/// <summary>A conversation as token ids.</summary>
/// <param name="Ids">The token ids. Shape [T].</param>
/// <param name="Trained">
/// Whether a model is to learn to produce the token: what assistants say, and the token that ends it. Shape [T].
/// </param>
public sealed record RenderedChat(int[] Ids, bool[] Trained);
