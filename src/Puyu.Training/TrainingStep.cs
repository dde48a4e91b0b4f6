using Puyu.Data;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Optimizers;
using Puyu.Training.Planning;
using Puyu.Training.Schedules;

namespace Puyu.Training;

/// <summary>
/// The arithmetic of a step, without files, clocks and displays, so that the planner can run it where there is no
/// memory.
/// <see cref="Trainer"/> states the equations.
/// </summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly Decoder _model;
    private readonly BatchSampler _sampler;
    private readonly TrainingOptions _options;
    private readonly MicroBatch[] _batches;
    private readonly ModelFlops _flops;

    public TrainingStep(Decoder model, BatchSampler sampler, TrainingOptions options)
    {
        _model = model;
        _sampler = sampler;
        _options = options;
        _flops = new ModelFlops(model.Config);
        _batches = new MicroBatch[options.MicroBatchesPerStep];
        for (int i = 0; i < _batches.Length; i++)
        {
            _batches[i] = sampler.CreateBatch();
        }

        model.RecomputesBlocks = options.Activations == ActivationMemory.Recompute;
        model.AllocateGradients();
        Optimizer = new Optimizer(model.Parameters, model.Backend, options.Optimizer);
    }

    public Optimizer Optimizer { get; }

    /// <summary>Makes one update of the weights.</summary>
    /// <param name="step">Steps done before.</param>
    /// <exception cref="InvalidDataException">No position of the step has a loss.</exception>
    /// <exception cref="TrainingDivergedException">
    /// The loss or a gradient is not finite; the weights are unchanged.
    /// </exception>
    public StepResult Run(int step)
    {
        (long trainedTokens, double flops) = Draw(step);
        _model.Parameters.ZeroGradients();

        double loss = 0;
        foreach (MicroBatch batch in _batches)
        {
            loss += AddGradients(batch, (float)(1.0 / trainedTokens));
        }

        double norm = GradientNorm.Of(_model.Parameters, _model.Backend);
        Divergence.ThrowIfAny(step + 1, loss, norm, _model.Parameters);

        double learningRate = Schedule.LearningRate(_options.Schedule, step, _options.Steps);
        Optimizer.Step(step + 1, learningRate, GradientNorm.ClipScale(norm, _options.Optimizer.MaxGradientNorm));
        return new StepResult
        {
            Tokens = (long)_batches.Length * _sampler.TokensPerBatch,
            TrainedTokens = trainedTokens,
            Loss = loss,
            LearningRate = learningRate,
            GradientNorm = norm,
            Flops = flops,
        };
    }

    public void Dispose() => Optimizer.Dispose();

    /// <summary>
    /// All of a step's micro-batches are drawn before the first forward, since each is scaled by their sum.
    /// </summary>
    private (long TrainedTokens, double Flops) Draw(int step)
    {
        long trainedTokens = 0;
        double flops = 0;
        foreach (MicroBatch batch in _batches)
        {
            _sampler.Next(batch);
            trainedTokens += batch.CountTrained();
            flops += _flops.OfTraining(batch.CuSeqLens.Span);
        }

        return trainedTokens > 0
            ? (trainedTokens, flops)
            : throw new InvalidDataException(
                $"step {step + 1} has {_batches.Length * _sampler.TokensPerBatch} tokens but no label to learn from");
    }

    /// <summary>Forward and backward of one micro-batch.</summary>
    /// <returns>Its share of the loss.</returns>
    private double AddGradients(MicroBatch batch, float scale)
    {
        using Scope scope = _model.Backend.BeginRecording();
        Tensor loss = BatchLoss.Of(scope, _model, batch, scale);
        scope.Backward(loss);
        return loss.ToScalar();
    }
}

/// <summary>
/// What <see cref="TrainingStep.Run"/> did; the members are those of <see cref="Metrics.StepMetrics"/>.
/// </summary>
internal readonly record struct StepResult
{
    public long Tokens { get; init; }

    public long TrainedTokens { get; init; }

    public double Loss { get; init; }

    public double LearningRate { get; init; }

    public double GradientNorm { get; init; }

    public double Flops { get; init; }
}
