namespace Puyu.Data.Mixing;

/// <summary>A format of files of tokens.</summary>
/// <param name="Endings">Endings of the files of one shard; all appear, each whole.</param>
/// <param name="Write">
/// Writes a shard: path of its files without the ending, what is known of the tokens, and what adds the documents, one
/// after the other, each at least one id.
/// </param>
internal sealed record TokenFileFormat(
    IReadOnlyList<string> Endings, Action<string, TokenFileFacts, Action<Action<ReadOnlySpan<int>>>> Write)
{
    /// <summary>Whether the name of a folder says of what type the data is: there is one for each type.</summary>
    public bool IsTyped { get; init; }
}

/// <summary>What is known of all tokens of an output.</summary>
/// <param name="VocabSize">Ids are below this.</param>
/// <param name="Tokenizer">As people call it.</param>
internal sealed record TokenFileFacts(int VocabSize, string Tokenizer);
