using System.Buffers;
using System.Collections.Frozen;
using System.Text;
using Puyu.Tokenizers.Streaming;

namespace Puyu.Tokenizers;

/// <summary>Turns text into token ids and back.</summary>
/// <remarks>
/// A tokenizer is immutable and may be shared by threads. Text is untrusted unless said otherwise: it never becomes a
/// special token, whatever it says. See docs/tokenizers.md.
/// </remarks>
public abstract class Tokenizer
{
    private readonly SpecialSplitter _specials;

    /// <summary>Records what every tokenizer has.</summary>
    /// <param name="specialTokens">Literal text to id; several literals may name one id.</param>
    /// <param name="ids">Roles.</param>
    private protected Tokenizer(IReadOnlyDictionary<string, int> specialTokens, SpecialIds ids)
    {
        SpecialTokens = specialTokens.ToFrozenDictionary(StringComparer.Ordinal);
        Ids = ids;
        _specials = new SpecialSplitter(SpecialTokens);
    }

    /// <summary>The highest token id plus one; ids below it that stand for nothing are possible.</summary>
    public abstract int VocabSize { get; }

    /// <summary>What the algorithm is, such as "byte-level-bpe" or "sentencepiece-unigram".</summary>
    public abstract string Kind { get; }

    /// <summary>Literal text of every special token, to its id. Untrusted text never becomes one of them.</summary>
    public IReadOnlyDictionary<string, int> SpecialTokens { get; }

    /// <summary>Begins a sequence; null where the vocabulary has no such token.</summary>
    public int? BosId => Ids.Bos;

    /// <summary>Ends a sequence; null where the vocabulary has no such token.</summary>
    public int? EosId => Ids.Eos;

    /// <summary>Fills a batch; null where the vocabulary has no such token.</summary>
    public int? PadId => Ids.Pad;

    /// <summary>Stands for what the vocabulary cannot spell; null where it can spell everything.</summary>
    public int? UnknownId => Ids.Unknown;

    /// <summary>All roles at once.</summary>
    internal SpecialIds Ids { get; }

    /// <summary>Whether encoding puts a space before the text, so that decoding drops the first one.</summary>
    internal virtual bool AddsFirstSpace => false;

    /// <summary>Appends the ids of untrusted text.</summary>
    /// <param name="utf8">The text. Special tokens in it are text like any other.</param>
    /// <param name="ids">Added to. Not allocated to once it has grown to its size.</param>
    /// <exception cref="ArgumentException">The text is not UTF-8; names the byte offset.</exception>
    public void Encode(ReadOnlySpan<byte> utf8, TokenBuffer ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        Utf8.ThrowIfInvalid(utf8);
        EncodeValid(utf8, ids, startsText: true);
    }

    /// <summary>Encodes untrusted text.</summary>
    /// <exception cref="ArgumentException">The text has half of a surrogate pair.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new TokenBuffer((text.Length / 3) + 4);
        EncodeValid(Utf8.Bytes(text), ids, startsText: true);
        return ids.ToArray();
    }

    /// <summary>Encodes trusted text, such as a chat template, whose special tokens become their ids.</summary>
    /// <param name="text">Where literals overlap, the leftmost counts, then the longest.</param>
    /// <param name="allowed">Literals to recognise; null for all. The others stay text.</param>
    /// <exception cref="ArgumentException"><paramref name="allowed"/> holds what is no special token.</exception>
    public int[] EncodeWithSpecials(string text, IReadOnlySet<string>? allowed = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        SpecialSplitter splitter = allowed is null ? _specials : _specials.Only(allowed);
        var ids = new TokenBuffer((text.Length / 3) + 4);
        ReadOnlySpan<byte> utf8 = Utf8.Bytes(text);
        int from = 0;
        while (splitter.TryFind(utf8, from, out int at, out int length, out int id))
        {
            EncodeValid(utf8[from..at], ids, startsText: from == 0);
            ids.Add(id);
            from = at + length;
        }

        EncodeValid(utf8[from..], ids, startsText: from == 0);
        return ids.ToArray();
    }

    /// <summary>The bytes that a token stands for; a special token's are its literal.</summary>
    /// <param name="id">In [0, <see cref="VocabSize"/>). Empty for ids that stand for nothing.</param>
    public abstract ReadOnlySpan<byte> TokenBytes(int id);

    /// <summary>Turns ids into text.</summary>
    /// <param name="ids">Each in [0, <see cref="VocabSize"/>).</param>
    /// <returns>The text, with U+FFFD in place of bytes that are not UTF-8.</returns>
    public string Decode(ReadOnlySpan<int> ids)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (int id in ids)
        {
            bytes.Write(TokenBytes(id));
        }

        ReadOnlySpan<byte> utf8 = bytes.WrittenSpan;
        return Encoding.UTF8.GetString(AddsFirstSpace && utf8.StartsWith(" "u8) ? utf8[1..] : utf8);
    }

    /// <summary>Makes a decoder for ids that come one by one; it never emits half a character.</summary>
    public StreamingDecoder CreateStreamingDecoder() => new(this);

    /// <summary>Appends the ids of untrusted text that may go on from what was encoded before.</summary>
    /// <param name="text">Special tokens in it are text like any other.</param>
    /// <param name="ids">Added to.</param>
    /// <param name="startsText">False where text or a special token went before.</param>
    internal void AppendText(string text, TokenBuffer ids, bool startsText) =>
        EncodeValid(Utf8.Bytes(text), ids, startsText);

    /// <summary>Appends the ids of text that is known to be UTF-8.</summary>
    /// <param name="utf8">May be empty.</param>
    /// <param name="ids">Added to.</param>
    /// <param name="startsText">False behind a special token, where no space is put before the text.</param>
    private protected abstract void EncodeValid(ReadOnlySpan<byte> utf8, TokenBuffer ids, bool startsText);
}
