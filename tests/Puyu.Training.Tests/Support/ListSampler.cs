using Puyu.Data;

namespace Puyu.Training.Tests.Support;

/// <summary>Gives the batches of a list, one sequence each, filled up with padding, again and again.</summary>
internal sealed class ListSampler(int tokensPerBatch, params (int[] TokenIds, int[] Labels)[] batches) : BatchSampler
{
    private long _position;

    public override int TokensPerBatch => tokensPerBatch;

    public override int SequenceLength => tokensPerBatch;

    public override long BatchesPerEpoch => batches.Length;

    public override SamplerState State
    {
        get => new(0, _position, 0);
        set => _position = value.Position;
    }

    public override void Next(MicroBatch batch)
    {
        (int[] tokenIds, int[] labels) = batches[_position++ % batches.Length];
        batch.Clear();
        batch.Append(tokenIds, labels);
        batch.Pad(batch.Free);
    }
}
