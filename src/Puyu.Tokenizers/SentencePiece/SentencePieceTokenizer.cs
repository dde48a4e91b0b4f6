using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.SentencePiece;

/// <summary>SentencePiece models: byte-pair merging of characters, or a unigram language model.</summary>
/// <remarks>
/// Which pieces are special tokens is said by <see cref="SpecialPieces"/>. Decoding gives the text back where the
/// model's normalization keeps it; a literal U+2581 decodes to a space.
/// </remarks>
public sealed class SentencePieceTokenizer : Tokenizer
{
    private readonly ByteStrings _decoded;
    private readonly TextNormalizer _normalizer;
    private readonly WorkerPool<Worker> _workers;

    private SentencePieceTokenizer(SentencePieceModel model, PieceTable pieces)
        : base(SpecialPieces.Of(model), model.Ids)
    {
        Model = model;
        _decoded = new ByteStrings(pieces.DecodedBytes(model));
        Charsmap? charsmap = model.Normalizer.Charsmap.Length > 0 ? new Charsmap(model.Normalizer.Charsmap) : null;
        var frozen = new FrozenText(pieces);
        if (model.IsUnigram)
        {
            var unigram = new UnigramModel(model, pieces);
            _workers = new WorkerPool<Worker>(() => new Worker(new UnigramEncoder(unigram).Encode));
        }
        else
        {
            var bpe = new BpeModel(model, pieces, frozen);
            _workers = new WorkerPool<Worker>(() => new Worker(new BpeEncoder(bpe).Encode));
        }

        _normalizer = new TextNormalizer(model.Normalizer, charsmap, frozen);
    }

    /// <inheritdoc/>
    public override int VocabSize => _decoded.Count;

    /// <inheritdoc/>
    public override string Kind => Model.IsUnigram ? "sentencepiece-unigram" : "sentencepiece-bpe";

    /// <summary>What was read from the file.</summary>
    internal SentencePieceModel Model { get; }

    /// <inheritdoc/>
    internal override bool AddsFirstSpace => Model.Normalizer.AddsDummyPrefix;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> TokenBytes(int id) => _decoded[id];

    /// <summary>Makes a tokenizer of a model.</summary>
    /// <exception cref="InvalidDataException">The model contradicts itself; says where.</exception>
    internal static SentencePieceTokenizer Create(SentencePieceModel model) => new(model, new PieceTable(model));

    private protected override void EncodeValid(ReadOnlySpan<byte> utf8, TokenBuffer ids, bool startsText)
    {
        Worker worker = _workers.Rent();
        worker.Encode(_normalizer.Normalize(utf8, startsText, worker.Scratch), ids);
        _workers.Return(worker);
    }

    private delegate void Encoder(ReadOnlySpan<byte> text, TokenBuffer ids);

    private sealed class Worker(Encoder encode)
    {
        public ByteScratch Scratch { get; } = new();

        public void Encode(ReadOnlySpan<byte> text, TokenBuffer ids) => encode(text, ids);
    }
}
