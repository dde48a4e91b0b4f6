using System.Diagnostics.CodeAnalysis;

namespace Puyu.Data;

/// <summary>
/// An endless, seeded order of micro-batches over a data set. A sampler with the same data, options and
/// <see cref="State"/> goes on with the same batches.
/// </summary>
public abstract class BatchSampler
{
    /// <summary>Tokens of a batch that <see cref="Next"/> fills.</summary>
    public abstract int TokensPerBatch { get; }

    /// <summary>Length of the longest sequence that can occur.</summary>
    public abstract int SequenceLength { get; }

    /// <summary>Batches in the current epoch.</summary>
    public abstract long BatchesPerEpoch { get; }

    /// <summary>Where the sampler stands. Setting it moves the sampler there.</summary>
    /// <exception cref="ArgumentException">The state belongs to other data or options.</exception>
    public abstract SamplerState State { get; set; }

    /// <summary>Fills a batch with the next tokens; an epoch is followed by another, in another order.</summary>
    /// <param name="batch">Overwritten. Has <see cref="TokensPerBatch"/> tokens.</param>
    /// <exception cref="ArgumentException">The batch has another size.</exception>
    /// <exception cref="InvalidDataException">The data set is corrupt.</exception>
    [SuppressMessage(
        "Naming", "CA1716", Justification = "Next is the field's word; Visual Basic can escape its keyword")]
    public abstract void Next(MicroBatch batch);

    /// <summary>Creates a batch of the right size.</summary>
    public MicroBatch CreateBatch() => new(TokensPerBatch);

    /// <summary>Empties a batch that is about to be filled.</summary>
    /// <exception cref="ArgumentException">The batch has another size.</exception>
    private protected void Prepare(MicroBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Tokens != TokensPerBatch)
        {
            throw new ArgumentException(
                $"batch has {batch.Tokens} tokens but must have {TokensPerBatch}; create it with CreateBatch");
        }

        batch.Clear();
    }

    /// <summary>Checks a state that is about to be restored.</summary>
    /// <exception cref="ArgumentException">The state belongs to other data or options.</exception>
    private protected static void RequireSame(ulong fingerprint, SamplerState state)
    {
        if (state.Fingerprint != fingerprint || state.Epoch < 0 || state.Position < 0)
        {
            throw new ArgumentException(
                $"{state} is the state of other data or options, whose fingerprint is not {fingerprint}; "
                + "resume with the data and options of the run, or start it anew");
        }
    }
}

/// <summary>Where a sampler stands.</summary>
/// <param name="Epoch">Passes over the data that are complete.</param>
/// <param name="Position">Batches drawn in the current pass.</param>
/// <param name="Fingerprint">Tells apart samplers over other data or with other options.</param>
public readonly record struct SamplerState(int Epoch, long Position, ulong Fingerprint);
