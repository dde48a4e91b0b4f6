namespace Puyu.Data;

/// <summary>
/// The tokens of one forward pass: sequences one after the other, in one flat row of fixed length. Attention stays
/// within a sequence. The buffers are reused: filling a batch again allocates nothing.
/// </summary>
public sealed class MicroBatch
{
    /// <summary>The label of a position that has no loss.</summary>
    public const int IgnoredLabel = -100;

    private readonly int[] _cuSeqLens;
    private int _filled;

    /// <summary>Creates an empty batch.</summary>
    /// <param name="tokens">Number of tokens it takes; positive.</param>
    public MicroBatch(int tokens)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(tokens);
        TokenIds = new int[tokens];
        Labels = new int[tokens];
        PositionIds = new int[tokens];
        _cuSeqLens = new int[tokens + 1];
    }

    /// <summary>Number of tokens when full: rows × sequence length.</summary>
    public int Tokens => TokenIds.Length;

    /// <summary>The model's input, [<see cref="Tokens"/>].</summary>
    public int[] TokenIds { get; }

    /// <summary>The token each position shall predict, or <see cref="IgnoredLabel"/>. [<see cref="Tokens"/>]</summary>
    public int[] Labels { get; }

    /// <summary>Position of each token in its sequence, from 0. [<see cref="Tokens"/>]</summary>
    public int[] PositionIds { get; }

    /// <summary>Number of sequences, padding included.</summary>
    public int Sequences { get; private set; }

    /// <summary>
    /// Where sequences begin, [<see cref="Sequences"/> + 1]: ascending, first 0, last <see cref="Tokens"/> once full.
    /// </summary>
    public ReadOnlyMemory<int> CuSeqLens => _cuSeqLens.AsMemory(0, Sequences + 1);

    /// <summary>Length of the longest sequence.</summary>
    public int MaxSeqLen { get; private set; }

    /// <summary>Number of tokens that can still be appended.</summary>
    public int Free => Tokens - _filled;

    /// <summary>Number of positions that have a loss. Linear in <see cref="Tokens"/>.</summary>
    public int CountTrained() => Tokens - Labels.AsSpan().Count(IgnoredLabel);

    /// <summary>Empties the batch.</summary>
    public void Clear()
    {
        _filled = 0;
        Sequences = 0;
        MaxSeqLen = 0;
    }

    /// <summary>Appends one sequence.</summary>
    /// <param name="tokenIds">At least one token, at most <see cref="Free"/>.</param>
    /// <param name="labels">What each shall predict, already shifted: as many as tokens.</param>
    /// <exception cref="ArgumentException">The lengths differ, are 0, or exceed what is free.</exception>
    public void Append(ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> labels)
    {
        if (labels.Length != tokenIds.Length)
        {
            throw new ArgumentException($"labels has {labels.Length} items but there are {tokenIds.Length} tokens");
        }

        Append(tokenIds.Length, out Span<int> toTokenIds, out Span<int> toLabels);
        tokenIds.CopyTo(toTokenIds);
        labels.CopyTo(toLabels);
    }

    /// <summary>Appends one sequence for the caller to fill.</summary>
    /// <param name="length">Its length, positive, at most <see cref="Free"/>.</param>
    /// <param name="tokenIds">Its place in <see cref="TokenIds"/>; old content, to be overwritten.</param>
    /// <param name="labels">Its place in <see cref="Labels"/>; old content, to be overwritten.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sequence does not fit, or is empty.</exception>
    public void Append(int length, out Span<int> tokenIds, out Span<int> labels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Free);
        tokenIds = TokenIds.AsSpan(_filled, length);
        labels = Labels.AsSpan(_filled, length);
        for (int i = 0; i < length; i++)
        {
            PositionIds[_filled + i] = i;
        }

        _cuSeqLens[0] = 0;
        _filled += length;
        Sequences++;
        _cuSeqLens[Sequences] = _filled;
        MaxSeqLen = Math.Max(MaxSeqLen, length);
    }

    /// <summary>Appends a sequence of token 0 without loss.</summary>
    /// <param name="length">Its length; 0 appends nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not fit.</exception>
    public void Pad(int length)
    {
        if (length != 0)
        {
            Append(length, out Span<int> tokenIds, out Span<int> labels);
            tokenIds.Clear();
            labels.Fill(IgnoredLabel);
        }
    }
}
