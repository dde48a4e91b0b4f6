using System.Text;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Bytes;

/// <summary>Byte-pair encoding over UTF-8 bytes within pretokens: GPT-2, tiktoken, Llama 3, Qwen 2.</summary>
/// <remarks>Every text can be encoded, and decoding gives the same bytes.</remarks>
public sealed class ByteLevelBpeTokenizer : Tokenizer
{
    private readonly ByteStrings _tokens;
    private readonly SpecialSplitter? _addedText;
    private readonly WorkerPool<ByteLevelEncoder> _encoders;

    private ByteLevelBpeTokenizer(ByteLevelModel model, SplitPattern pattern, AddedTokens added, SpecialIds ids)
        : base(added.Special, ids)
    {
        Pattern = pattern;
        Model = model;
        Added = added;
        _tokens = WithAdded(model.Tokens, added);
        _addedText = added.Text.Count > 0 ? new SpecialSplitter(added.Text) : null;
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

    /// <summary>Tokens outside the vocabulary.</summary>
    internal AddedTokens Added { get; }

    /// <summary>Unicode normalization of the text before anything else; null for none.</summary>
    internal NormalizationForm? Normalization { get; init; }

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
        var added = new AddedTokens();
        foreach ((string literal, int id) in specialTokens)
        {
            added.Add(literal, id, isSpecial: true);
        }

        return new ByteLevelBpeTokenizer(ByteLevelModel.FromRanks(ordinary), pattern, added, ids);
    }

    /// <summary>Makes a tokenizer of a model that was read elsewhere.</summary>
    internal static ByteLevelBpeTokenizer Create(
        ByteLevelModel model,
        SplitPattern pattern,
        AddedTokens added,
        SpecialIds ids,
        NormalizationForm? normalization = null) =>
        new(model, pattern, added, ids) { Normalization = normalization };

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> TokenBytes(int id) => _tokens[id];

    private protected override void EncodeValid(ReadOnlySpan<byte> utf8, TokenBuffer ids, bool startsText)
    {
        if (Normalization is NormalizationForm form && !Ascii.IsValid(utf8))
        {
            utf8 = Utf8.Bytes(Encoding.UTF8.GetString(utf8).Normalize(form));
        }

        ByteLevelEncoder encoder = _encoders.Rent();
        int from = 0;
        while (_addedText is not null && _addedText.TryFind(utf8, from, out int at, out int length, out int id))
        {
            encoder.Encode(utf8[from..at], ids);
            ids.Add(id);
            from = at + length;
        }

        encoder.Encode(utf8[from..], ids);
        _encoders.Return(encoder);
    }

    private static ByteStrings WithAdded(ByteStrings tokens, AddedTokens added)
    {
        KeyValuePair<string, int>[] literals = [.. added.Text, .. added.Special];
        int count = Math.Max(tokens.Count, literals.Select(literal => literal.Value + 1).DefaultIfEmpty(0).Max());
        byte[][] all = [.. Enumerable.Range(0, count).Select(id => id < tokens.Count ? tokens[id].ToArray() : [])];
        foreach ((string literal, int id) in literals)
        {
            all[id] = Utf8.Bytes(literal);
        }

        return new ByteStrings(all);
    }
}
