using System.Text;
using Puyu.Inference.Constraints;

namespace Puyu.Inference.Tests.Support;

/// <summary>Vocabularies without a tokenizer.</summary>
internal static class Vocabularies
{
    /// <summary>Ids that stand for nothing.</summary>
    public static TokenVocabulary Nameless(int size) =>
        new([.. Enumerable.Repeat(Array.Empty<byte>(), size)], new Dictionary<string, int>());

    /// <summary>Tokens by their texts; those written in angle brackets are special.</summary>
    public static TokenVocabulary Of(params string[] tokens) => new(
        [.. tokens.Select(Encoding.UTF8.GetBytes)],
        tokens.Index().Where(token => token.Item.Length > 2 && token.Item[0] == '<' && token.Item[^1] == '>')
            .ToDictionary(token => token.Item, token => token.Index));
}
