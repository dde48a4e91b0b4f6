using Puyu.Data;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Metrics;

namespace Puyu.Training;

/// <summary>The loss on held-out data: every time on the same micro-batches.</summary>
internal sealed class HeldOutLoss
{
    private readonly Decoder _model;
    private readonly BatchSampler _heldOut;
    private readonly SamplerState _first;
    private readonly MicroBatch _batch;
    private readonly int _microBatches;

    public HeldOutLoss(Decoder model, BatchSampler heldOut, int microBatches)
    {
        _model = model;
        _heldOut = heldOut;
        _first = heldOut.State;
        _batch = heldOut.CreateBatch();
        _microBatches = microBatches;
    }

    /// <exception cref="InvalidDataException">No position has a loss.</exception>
    public ValidationMetrics Measure(int step)
    {
        _heldOut.State = _first;
        double sum = 0;
        long trainedTokens = 0;
        for (int i = 0; i < _microBatches; i++)
        {
            _heldOut.Next(_batch);
            trainedTokens += _batch.CountTrained();
            using Scope scope = _model.Backend.BeginScope();
            sum += BatchLoss.Of(scope, _model, _batch, scale: 1).ToScalar();
        }

        return trainedTokens > 0
            ? new ValidationMetrics(step, sum / trainedTokens, trainedTokens)
            : throw new InvalidDataException(
                $"{_microBatches} held-out micro-batches have no label to measure the loss on");
    }
}
