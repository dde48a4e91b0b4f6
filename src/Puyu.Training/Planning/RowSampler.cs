using Puyu.Data;

namespace Puyu.Training.Planning;

/// <summary>Micro-batches of full sequences of token 0, for steps whose content does not matter.</summary>
internal sealed class RowSampler(int tokensPerBatch, int sequenceLength) : BatchSampler
{
    public override int TokensPerBatch => tokensPerBatch;

    public override int SequenceLength => sequenceLength;

    public override long BatchesPerEpoch => 1;

    public override SamplerState State { get; set; }

    public override void Next(MicroBatch batch)
    {
        batch.Clear();
        while (batch.Free > 0)
        {
            batch.Append(Math.Min(sequenceLength, batch.Free), out Span<int> tokenIds, out Span<int> labels);
            tokenIds.Clear();
            labels.Clear();
        }
    }
}
