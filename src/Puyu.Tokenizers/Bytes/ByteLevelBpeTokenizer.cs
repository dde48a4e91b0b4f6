using System.Text;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Bytes;

/// <summary>Byte-pair encoding over UTF-8 bytes within pretokens: GPT-2, tiktoken, Llama 3, Qwen 2.</summary>
/// <remarks>Every text can be encoded, and decoding gives the same bytes.</remarks>
public sealed class ByteLevelBpeTokenizer : Tokenizer
{
    private readonly ByteStrings _tokens;
    private readonly WorkerPool<ByteLevelEncoder> _encoders;

    private ByteLevelBpeTokenizer(
        ByteLevelModel model, SplitPattern pattern, IReadOnlyDictionary<string, int> specialTokens, SpecialIds ids)
        : base(specialTokens, ids)
    {
        Pattern = pattern;
        Model = model;
        _tokens = WithSpecials(model.Tokens, specialTokens);
        _encoders = new WorkerPool<ByteLevelEncoder>(() => new ByteLevelEncoder(model, pattern));
    }

    /// <inheritdoc/>
    public override int VocabSize => _tokens.Count;

    /// <inheritdoc/>
    public override string Kind => "byte-level-bpe";

    /// <summary>How text is cut into pretokens.</summary>
    public SplitPattern Pattern { get; }

    /// <summary>The vocabulary without the special tokens.</summary>
    internal ByteLevelModel Model { get; }

    /// <summary>Makes a tokenizer whose merge order is the order of its tokens, as tiktoken's ranks are.</summary>
    /// <param name="tokens">
    /// Bytes by id. Each of the 256 bytes is one of them. Empty: the id is free. Those of special ids do not count.
    /// </param>
    /// <param name="pattern">How text is cut into pretokens.</param>
    /// <param name="specialTokens">Literal text to id.</param>
    /// <param name="ids">Roles of special tokens.</param>
    /// <exception cref="ArgumentException">A byte is missing, or a token is there twice.</exception>
    public static ByteLevelBpeTokenizer Create(
        IReadOnlyList<byte[]> tokens,
        SplitPattern pattern,
        IReadOnlyDictionary<string, int> specialTokens,
        SpecialIds ids = default)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentNullException.ThrowIfNull(specialTokens);
        var special = specialTokens.Values.ToHashSet();
        byte[][] ordinary = [.. tokens.Select((token, id) => special.Contains(id) ? [] : token)];
        return new ByteLevelBpeTokenizer(ByteLevelModel.FromRanks(ordinary), pattern, specialTokens, ids);
    }

    /// <summary>Makes a tokenizer of a model that was read elsewhere.</summary>
    internal static ByteLevelBpeTokenizer Create(
        ByteLevelModel model, SplitPattern pattern, IReadOnlyDictionary<string, int> specialTokens, SpecialIds ids) =>
        new(model, pattern, specialTokens, ids);

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> TokenBytes(int id) => _tokens[id];

    private protected override void EncodeValid(ReadOnlySpan<byte> utf8, TokenBuffer ids, bool startsText)
    {
        ByteLevelEncoder encoder = _encoders.Rent();
        encoder.Encode(utf8, ids);
        _encoders.Return(encoder);
    }

    private static ByteStrings WithSpecials(ByteStrings tokens, IReadOnlyDictionary<string, int> specialTokens)
    {
        int count = Math.Max(tokens.Count, specialTokens.Values.DefaultIfEmpty(-1).Max() + 1);
        byte[][] all = [.. Enumerable.Range(0, count).Select(id => id < tokens.Count ? tokens[id].ToArray() : [])];
        foreach ((string literal, int id) in specialTokens)
        {
            all[id] = Encoding.UTF8.GetBytes(literal);
        }

        return new ByteStrings(all);
    }
}
