using Puyu.Abstractions;

namespace Puyu.Data.InternEvo;

/// <summary>Which tokenized folder to read, and how its samples become micro-batches.</summary>
public sealed record InternEvoOptions
{
    /// <summary>The train folder: <c>folder/type/…/*.bin</c>.</summary>
    public required string Folder { get; init; }

    /// <summary>Size of the vocabulary of the ids.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Length of the longest sequence, S; InternEvo's seq_len.</summary>
    public required int SequenceLength { get; init; }

    /// <summary>A micro-batch has this many times S tokens; InternEvo's micro_bsz.</summary>
    public int MicroBatchSize { get; init; } = 1;

    /// <summary>Micro-batches of a step and rank; InternEvo's micro_num. An epoch is cut to whole steps.</summary>
    public int MicroBatchesPerStep { get; init; } = 1;

    /// <summary>How samples are put together.</summary>
    public InternEvoPacking Packing { get; init; } = InternEvoPacking.Cut;

    /// <summary>Shorter samples are left out.</summary>
    public int MinLength { get; init; }

    /// <summary>Other limits for the files whose path contains a text; at most one may apply to a file.</summary>
    public IReadOnlyDictionary<string, int> MinLengthByPath { get; init; } = new Dictionary<string, int>();

    /// <summary>
    /// Seed of the order of micro-batches. The order of samples within a file is InternEvo's own, 1024.
    /// </summary>
    public uint Seed { get; init; } = 1024;

    /// <summary>This process among those that share the data.</summary>
    public int Rank { get; init; }

    /// <summary>Number of processes that share the data.</summary>
    public int WorldSize { get; init; } = 1;

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public InternEvoOptions Validated()
    {
        var problems = new Problems(nameof(InternEvoOptions));
        problems.Require(Folder.Length > 0, "\"\"", "must name a folder", nameof(Folder));
        problems.Require(VocabSize > 0, VocabSize, "must be positive");
        problems.Require(SequenceLength > 1, SequenceLength, "must be greater than 1");
        problems.Require(MicroBatchSize > 0, MicroBatchSize, "must be positive");
        problems.Require(
            (long)SequenceLength * MicroBatchSize <= 1 << 24, (long)SequenceLength * MicroBatchSize,
            "must not exceed 16,777,216 tokens", "SequenceLength × MicroBatchSize");
        problems.Require(MicroBatchesPerStep > 0, MicroBatchesPerStep, "must be positive");
        problems.Require(Enum.IsDefined(Packing), Packing, "must be Cut, One or Unpack");
        problems.Require(MinLength >= 0, MinLength, "must not be negative");
        problems.Require(WorldSize > 0, WorldSize, "must be positive");
        problems.Require(Rank >= 0 && Rank < WorldSize, Rank, $"must lie in [0, {WorldSize})");
        problems.ThrowIfAny();
        return this;
    }
}

/// <summary>InternEvo's ways of putting samples into a micro-batch of P = micro_bsz × S tokens.</summary>
public enum InternEvoPacking
{
    /// <summary>
    /// Shuffled samples end to end, cut every P tokens and, within a sample, every S; attention stays within a piece.
    /// <c>pack_sample_into_one = False</c>.
    /// </summary>
    Cut,

    /// <summary>
    /// Shuffled samples end to end, cut every P tokens; attention spans S tokens, across samples.
    /// <c>pack_sample_into_one = True</c>.
    /// </summary>
    One,

    /// <summary>
    /// micro_bsz shuffled samples, each truncated to S, then padding to P. <c>use_packed_dataset = False</c>.
    /// </summary>
    Unpack,
}
