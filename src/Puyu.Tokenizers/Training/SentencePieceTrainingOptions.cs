using Puyu.Abstractions;

namespace Puyu.Tokenizers.Training;

/// <summary>What SentencePiece BPE to learn.</summary>
public sealed record SentencePieceTrainingOptions
{
    /// <summary>
    /// Ids in all: <c>&lt;unk&gt;</c>, <c>&lt;s&gt;</c>, <c>&lt;/s&gt;</c>, 256 byte pieces, the merges, the
    /// characters, then <see cref="SpecialTokens"/>.
    /// </summary>
    public required int VocabSize { get; init; }

    /// <summary>How text is cut before counting. Encoding cuts nothing: merges then cross where pieces do.</summary>
    public SplitPattern SplitPattern { get; init; } = SplitPattern.Cl100k;

    /// <summary>
    /// Part of the text's characters that are pieces of their own, the most frequent first; the rest are spelled in
    /// bytes. In (0, 1].
    /// </summary>
    public double CharacterCoverage { get; init; } = 0.9995;

    /// <summary>A pair of pieces is merged only if it occurs so often; 1 or more.</summary>
    public long MinFrequency { get; init; } = 2;

    /// <summary>Characters that a piece may hold; null for no limit, else 2 or more.</summary>
    public int? MaxPieceCharacters { get; init; } = 16;

    /// <summary>Whether a space goes before every text, so that its first word is as words elsewhere.</summary>
    public bool AddsDummyPrefix { get; init; }

    /// <summary>Literals that get the last ids, in this order, as control pieces: text never becomes one.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>The special token that fills a batch; null for none.</summary>
    public string? PadToken { get; init; }

    /// <summary>Threads that count words; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Pieces that every model begins with.</summary>
    internal const int FirstLearned = 3 + 256;

    /// <summary>Returns these options if they make sense.</summary>
    /// <exception cref="OptionsException">They do not; lists everything wrong.</exception>
    public SentencePieceTrainingOptions Validated()
    {
        var problems = new Problems(nameof(SentencePieceTrainingOptions));
        problems.Require(
            VocabSize > FirstLearned + SpecialTokens.Count,
            VocabSize,
            $"must be above {FirstLearned + SpecialTokens.Count} (3 roles, 256 bytes and the specials)");
        problems.Require(Enum.IsDefined(SplitPattern), SplitPattern, "must be a defined split pattern");
        problems.Require(CharacterCoverage is > 0 and <= 1, CharacterCoverage, "must be above 0 and at most 1");
        problems.Require(MinFrequency >= 1, MinFrequency, "must be at least 1");
        problems.Require(
            MaxPieceCharacters is null or >= 2, MaxPieceCharacters, "must be at least 2, or null for no limit");
        problems.Require(Threads >= 1, Threads, "must be at least 1");
        problems.RequireSpecialTokens(SpecialTokens);
        problems.Require(
            PadToken is null || SpecialTokens.Contains(PadToken), PadToken, "must be one of SpecialTokens");
        problems.ThrowIfAny();
        return this;
    }
}
