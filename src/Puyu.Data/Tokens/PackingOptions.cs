using Puyu.Abstractions;

namespace Puyu.Data.Tokens;

/// <summary>How documents become micro-batches.</summary>
public sealed record PackingOptions
{
    /// <summary>Length of a row, and the longest stretch of text that attention spans.</summary>
    public required int SequenceLength { get; init; }

    /// <summary>Rows of a micro-batch.</summary>
    public int MicroBatchSize { get; init; } = 1;

    /// <summary>How documents are put into rows.</summary>
    public Packing Packing { get; init; } = Packing.ConcatenateAndCut;

    /// <summary>Seed of the order.</summary>
    public ulong Seed { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public PackingOptions Validated()
    {
        var problems = new Problems(nameof(PackingOptions));
        problems.Require(SequenceLength > 1, SequenceLength, "must be greater than 1");
        problems.Require(MicroBatchSize > 0, MicroBatchSize, "must be positive");
        problems.Require(
            (long)SequenceLength * MicroBatchSize <= 1 << 24, (long)SequenceLength * MicroBatchSize,
            "must not exceed 16,777,216 tokens", "SequenceLength × MicroBatchSize");
        problems.Require(Enum.IsDefined(Packing), Packing, "must be ConcatenateAndCut or BestFit");
        problems.ThrowIfAny();
        return this;
    }
}

/// <summary>How documents are put into rows of fixed length. Attention never crosses documents.</summary>
public enum Packing
{
    /// <summary>
    /// One after the other, cut where the row is full; the rest of the document begins the next row. No padding; the
    /// tail of an epoch that does not fill a micro-batch is left out. For pre-training.
    /// </summary>
    ConcatenateAndCut,

    /// <summary>
    /// Whole, each in the fullest row that still takes it, rows padded; only documents longer than a row are cut.
    /// Every token occurs exactly once an epoch. For fine-tuning and for validation.
    /// </summary>
    BestFit,
}
