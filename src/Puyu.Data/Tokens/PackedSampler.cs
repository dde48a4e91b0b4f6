using System.Runtime.InteropServices;

namespace Puyu.Data.Tokens;

/// <summary>Packs the documents of a <see cref="TokenDataset"/> into micro-batches in a seeded order.</summary>
/// <remarks>
/// The order of an epoch is a pure function of the seed, the epoch and the data. Each document or piece of one is a
/// sequence of the batch. The label of a position is the next token of its document, also across a cut; it is
/// <see cref="MicroBatch.IgnoredLabel"/> at the document's end and where the next token is masked.
/// </remarks>
public sealed class PackedSampler : BatchSampler
{
    private readonly TokenDataset _data;
    private readonly PackingOptions _options;
    private readonly EpochPlan _plan;
    private readonly ulong _fingerprint;
    private int _epoch;
    private long _position;

    /// <summary>Plans the first epoch.</summary>
    /// <param name="data">The documents; stays open as long as the sampler is used.</param>
    /// <param name="options">Validated options.</param>
    /// <exception cref="ArgumentException">The data has fewer tokens than one micro-batch.</exception>
    public PackedSampler(TokenDataset data, PackingOptions options)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(options);
        _data = data;
        _options = options;
        TokensPerBatch = options.SequenceLength * options.MicroBatchSize;
        if (options.Packing == Packing.ConcatenateAndCut && data.Tokens < TokensPerBatch)
        {
            throw new ArgumentException(
                $"{data.Path} has {data.Tokens} tokens but a micro-batch needs {TokensPerBatch}; "
                + "make it smaller, or pack with BestFit");
        }

        _fingerprint = data.Fingerprint ^ FingerprintOf(options);
        _plan = options.Packing == Packing.BestFit
            ? new BestFitPlan(data, options.SequenceLength)
            : new CutPlan(data, options.SequenceLength);
        _plan.Begin(options.Seed, 0);
    }

    /// <inheritdoc/>
    public override int TokensPerBatch { get; }

    /// <inheritdoc/>
    public override int SequenceLength => _options.SequenceLength;

    /// <inheritdoc/>
    public override long BatchesPerEpoch => _options.Packing == Packing.BestFit
        ? (_plan.Rows + _options.MicroBatchSize - 1) / _options.MicroBatchSize
        : _plan.Rows / _options.MicroBatchSize;

    /// <inheritdoc/>
    public override SamplerState State
    {
        get => new(_epoch, _position, _fingerprint);
        set
        {
            RequireSame(_fingerprint, value);
            if (value.Position > BatchesPerEpoch) // every epoch has as many: it packs the same lengths
            {
                throw new ArgumentException($"{value} has a position beyond the {BatchesPerEpoch} batches of an epoch");
            }

            _plan.Begin(_options.Seed, value.Epoch);
            _epoch = value.Epoch;
            _position = value.Position;
            _plan.Seek(value.Position * _options.MicroBatchSize);
        }
    }

    /// <inheritdoc/>
    public override void Next(MicroBatch batch)
    {
        Prepare(batch);
        if (_position == BatchesPerEpoch)
        {
            _epoch++;
            _position = 0;
            _plan.Begin(_options.Seed, _epoch);
        }

        for (int row = 1; row <= _options.MicroBatchSize; row++)
        {
            int freeAfter = (_options.MicroBatchSize - row) * SequenceLength;
            while (batch.Free > freeAfter && _plan.TryNext(batch.Free - freeAfter, out Piece piece))
            {
                Append(batch, piece);
            }

            batch.Pad(batch.Free - freeAfter);
            _plan.EndRow();
        }

        _position++;
    }

    private void Append(MicroBatch batch, Piece piece)
    {
        long first = _data.FirstToken(piece.Document) + piece.Offset;
        long end = _data.FirstToken(piece.Document) + _data.Length(piece.Document);
        batch.Append(piece.Length, out Span<int> tokenIds, out Span<int> labels);
        _data.CopyTo(first, tokenIds);
        tokenIds[1..].CopyTo(labels);
        if (first + piece.Length < end)
        {
            _data.CopyTo(first + piece.Length, labels[^1..]);
        }
        else
        {
            labels[^1] = MicroBatch.IgnoredLabel;
        }

        if (_data.HasMask)
        {
            for (int i = 0; i < labels.Length && first + i + 1 < end; i++)
            {
                if (!_data.IsTrained(first + i + 1))
                {
                    labels[i] = MicroBatch.IgnoredLabel;
                }
            }
        }
    }

    private static ulong FingerprintOf(PackingOptions options)
    {
        ReadOnlySpan<ulong> values =
            [(ulong)options.SequenceLength, (ulong)options.MicroBatchSize, (ulong)options.Packing, options.Seed];
        return (ulong)Hashing.Hash128(MemoryMarshal.AsBytes(values));
    }
}
