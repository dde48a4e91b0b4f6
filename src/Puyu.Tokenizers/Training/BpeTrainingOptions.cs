using Puyu.Abstractions;
using Puyu.Tokenizers.Bytes;

namespace Puyu.Tokenizers.Training;

/// <summary>What byte-level BPE to learn.</summary>
public sealed record BpeTrainingOptions
{
    internal const int ByteCount = 256;

    /// <summary>What <see cref="ByteLevelBpeTokenizer"/> takes.</summary>
    private const int MostTokenBytes = 1024;

    /// <summary>Ids in all: 256 bytes, the merges, then <see cref="SpecialTokens"/>.</summary>
    public required int VocabSize { get; init; }

    /// <summary>How text is cut before merging; merges never cross a cut.</summary>
    public SplitPattern SplitPattern { get; init; } = SplitPattern.Cl100k;

    /// <summary>A pair of tokens is merged only if it occurs so often; 1 or more.</summary>
    public long MinFrequency { get; init; } = 2;

    /// <summary>Bytes that a token may hold; from 2 to 1,024.</summary>
    public int MaxTokenBytes { get; init; } = MostTokenBytes;

    /// <summary>Literals that get the last ids, in this order. They are not looked for in the text.</summary>
    public IReadOnlyList<string> SpecialTokens { get; init; } = [];

    /// <summary>The special token that begins a sequence; null for none.</summary>
    public string? BosToken { get; init; }

    /// <summary>The special token that ends a sequence; null for none.</summary>
    public string? EosToken { get; init; }

    /// <summary>The special token that fills a batch; null for none.</summary>
    public string? PadToken { get; init; }

    /// <summary>Threads that count words; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Merges to learn.</summary>
    internal int Merges => VocabSize - ByteCount - SpecialTokens.Count;

    /// <summary>Returns these options if they make sense.</summary>
    /// <exception cref="OptionsException">They do not; lists everything wrong.</exception>
    public BpeTrainingOptions Validated()
    {
        var problems = new Problems(nameof(BpeTrainingOptions));
        problems.Require(
            Merges >= 0, VocabSize, $"must be at least {ByteCount + SpecialTokens.Count} (256 bytes and the specials)");
        problems.Require(Enum.IsDefined(SplitPattern), SplitPattern, "must be a defined split pattern");
        problems.Require(MinFrequency >= 1, MinFrequency, "must be at least 1");
        problems.Require(
            MaxTokenBytes is >= 2 and <= MostTokenBytes, MaxTokenBytes, $"must be from 2 to {MostTokenBytes}");
        problems.Require(Threads >= 1, Threads, "must be at least 1");
        problems.RequireSpecialTokens(SpecialTokens);
        RequireSpecial(problems, BosToken, nameof(BosToken));
        RequireSpecial(problems, EosToken, nameof(EosToken));
        RequireSpecial(problems, PadToken, nameof(PadToken));
        problems.ThrowIfAny();
        return this;
    }

    private void RequireSpecial(Problems problems, string? token, string name) =>
        problems.Require(token is null || SpecialTokens.Contains(token), token, "must be one of SpecialTokens", name);
}
