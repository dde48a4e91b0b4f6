using System.Collections.Frozen;
using Puyu.Tokenizers;

namespace Puyu.Inference.Constraints;

/// <summary>The tokens of a model as bytes, and in the order of their bytes.</summary>
/// <remarks>One for each model; may be shared by threads.</remarks>
internal sealed class TokenVocabulary
{
    private readonly byte[][] _tokens;
    private readonly FrozenSet<int> _specialIds;
    private readonly Lazy<int[]> _sorted;
    private readonly Lazy<TokenTrie> _trie;
    private readonly Lazy<TrieContents> _contents;

    /// <param name="tokenizer">Of the model.</param>
    public TokenVocabulary(Tokenizer tokenizer)
        : this(
            [.. Enumerable.Range(0, tokenizer.VocabSize).Select(id => tokenizer.TokenBytes(id).ToArray())],
            tokenizer.SpecialTokens)
    {
    }

    /// <param name="tokens">Bytes of each token; empty for ids that stand for nothing.</param>
    /// <param name="specialTokens">Literal to id of those that text never becomes.</param>
    public TokenVocabulary(byte[][] tokens, IReadOnlyDictionary<string, int> specialTokens)
    {
        _tokens = tokens;
        SpecialTokens = specialTokens;
        _specialIds = specialTokens.Values.ToFrozenSet();
        _sorted = new Lazy<int[]>(SortedTextTokens);
        _trie = new Lazy<TokenTrie>(() => new TokenTrie(this));
        _contents = new Lazy<TrieContents>(() => new TrieContents(Trie, this));
    }

    /// <summary>Number of token ids.</summary>
    public int Size => _tokens.Length;

    /// <summary>Literal to id of the special tokens.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>Ids of the tokens that stand for bytes of text, sorted by these, then by id.</summary>
    public ReadOnlySpan<int> Sorted => _sorted.Value;

    /// <summary>The same tokens as a tree.</summary>
    public TokenTrie Trie => _trie.Value;

    /// <summary>What the subtrees of <see cref="Trie"/> hold.</summary>
    public TrieContents TrieContents => _contents.Value;

    /// <summary>Bytes of a token; a special token's are its literal.</summary>
    public ReadOnlySpan<byte> TokenBytes(int id) => _tokens[id];

    /// <summary>Whether text never becomes this token.</summary>
    public bool IsSpecial(int id) => _specialIds.Contains(id);

    /// <summary>The text tokens whose bytes begin with these.</summary>
    /// <param name="prefix">At least one byte.</param>
    public ReadOnlyMemory<int> BeginningWith(ReadOnlySpan<byte> prefix)
    {
        int first = FirstAtLeast(prefix);
        int end = first;
        while (end < Sorted.Length && TokenBytes(Sorted[end]).StartsWith(prefix))
        {
            end++;
        }

        return _sorted.Value.AsMemory(first..end);
    }

    /// <summary>The longest text token that a text begins with; of equal ones the lowest.</summary>
    /// <returns>False if there is none.</returns>
    public bool TryLongest(ReadOnlySpan<byte> text, out int tokenId)
    {
        for (int length = Math.Min(text.Length, Trie.MaxDepth); length > 0; length--)
        {
            int at = FirstAtLeast(text[..length]);
            if (at < Sorted.Length && TokenBytes(Sorted[at]).SequenceEqual(text[..length]))
            {
                tokenId = Sorted[at];
                return true;
            }
        }

        tokenId = -1;
        return false;
    }

    private int FirstAtLeast(ReadOnlySpan<byte> bytes)
    {
        int low = 0;
        int high = Sorted.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            (low, high) = TokenBytes(Sorted[middle]).SequenceCompareTo(bytes) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private int[] SortedTextTokens()
    {
        int[] ids = [.. Enumerable.Range(0, Size).Where(id => _tokens[id].Length > 0 && !IsSpecial(id))];
        Array.Sort(ids, (a, b) =>
        {
            int byBytes = _tokens[a].AsSpan().SequenceCompareTo(_tokens[b]);
            return byBytes != 0 ? byBytes : a.CompareTo(b);
        });
        return ids;
    }
}
