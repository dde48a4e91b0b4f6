namespace Puyu.Tokenizers.SentencePiece;

/// <summary>What a piece is for.</summary>
internal enum PieceType
{
    /// <summary>Text.</summary>
    Normal = 1,

    /// <summary>Stands for what cannot be spelled.</summary>
    Unknown = 2,

    /// <summary>A special token without text.</summary>
    Control = 3,

    /// <summary>Text that is never split or merged; some are special tokens, see <see cref="SpecialPieces"/>.</summary>
    UserDefined = 4,

    /// <summary>Text that merges may pass through but that is not a token.</summary>
    Unused = 5,

    /// <summary>One byte.</summary>
    Byte = 6,
}

/// <summary>One entry of the vocabulary.</summary>
/// <param name="Text">As written in the file, with U+2581 for spaces.</param>
/// <param name="Score">Higher merges earlier (BPE); log probability (unigram).</param>
/// <param name="Type">What it is for.</param>
internal readonly record struct Piece(string Text, float Score, PieceType Type);

/// <summary>One merge that was written down: which two pieces become which.</summary>
internal readonly record struct PieceMerge(int Left, int Right, int Merged);

/// <summary>A SentencePiece model, whichever file it came from.</summary>
internal sealed record SentencePieceModel
{
    /// <summary>The vocabulary by id.</summary>
    public required IReadOnlyList<Piece> Pieces { get; init; }

    /// <summary>Unigram language model rather than byte-pair merging.</summary>
    public bool IsUnigram { get; init; }

    /// <summary>Unknown characters become the pieces of their bytes.</summary>
    public bool HasByteFallback { get; init; }

    /// <summary>Merges, earliest first, where the file has them; null where the scores decide.</summary>
    public IReadOnlyList<PieceMerge>? Merges { get; init; }

    /// <summary>How text is prepared.</summary>
    public NormalizerRules Normalizer { get; init; } = new();

    /// <summary>What the unknown token decodes to.</summary>
    public string UnknownSurface { get; init; } = " \u2047 ";

    /// <summary>Roles.</summary>
    public SpecialIds Ids { get; init; }

    /// <summary>
    /// Literals of special tokens besides the model's own, to ids; they name these ids in decoded text.
    /// </summary>
    public IReadOnlyDictionary<string, int> Aliases { get; init; } = new Dictionary<string, int>();
}

/// <summary>How text is prepared before it is cut into pieces.</summary>
internal sealed record NormalizerRules
{
    /// <summary>Compiled replacement rules; empty for none.</summary>
    public byte[] Charsmap { get; init; } = [];

    /// <summary>A space is put before the text.</summary>
    public bool AddsDummyPrefix { get; init; } = true;

    /// <summary>The space is put only where the text does not begin with one.</summary>
    public bool PrefixesOnlyWords { get; init; }

    /// <summary>Spaces at the ends are dropped, and runs of them made one.</summary>
    public bool RemovesExtraSpaces { get; init; } = true;

    /// <summary>Spaces are written as U+2581 in the vocabulary.</summary>
    public bool EscapesSpaces { get; init; } = true;

    /// <summary>No piece holds a space but at its beginning: text is cut before every space.</summary>
    public bool SplitsAtSpaces { get; init; }
}
