using Puyu.Training.Checkpoints;
using Puyu.Training.Metrics;

namespace Puyu.Training;

/// <summary>Trains a model in one process: steps, metrics, validation, checkpoints.</summary>
/// <remarks>
/// One step, with N the positions that have a loss in all of its micro-batches, η the learning rate and c the largest
/// norm:
/// <code>
///   g = Σ ∂/∂θ Σ −log p(target) / N          over micro-batches
///   g ← g · min(1, c / ‖g‖)                  one norm over all parameters
///   θ ← optimizer(θ, g, η)
/// </code>
/// The result is the same bit for bit for any number of threads, and for a run that was stopped and resumed. After the
/// first steps, a step allocates nothing on the managed heap.
/// </remarks>
public sealed class Trainer : IDisposable
{
    private const string CheckpointsFolder = "checkpoints";
    private const string MetricsFileName = "metrics.jsonl";

    private readonly TrainingRun _run;
    private readonly TrainingOptions _options;
    private readonly TrainingStep _training;
    private readonly HeldOutLoss? _heldOutLoss;
    private readonly RunCheckpoints _checkpoints;
    private long _totalTokens;
    private double _loss = double.NaN;

    /// <summary>Allocates gradients and optimizer state.</summary>
    /// <param name="run">What to train, on what, how.</param>
    /// <exception cref="ArgumentException">The options ask for validation but there is no held-out data.</exception>
    public Trainer(TrainingRun run)
        : this(run, new CheckpointDisk())
    {
    }

    internal Trainer(TrainingRun run, CheckpointDisk disk)
    {
        ArgumentNullException.ThrowIfNull(run);
        _run = run;
        _options = run.Options;
        if (_options.Validation is { } validation)
        {
            _heldOutLoss = new HeldOutLoss(
                run.Model,
                run.HeldOut ?? throw new ArgumentException("the options ask for validation but HeldOut is null"),
                validation.MicroBatches);
        }

        _training = new TrainingStep(run.Model, run.Sampler, _options);
        _checkpoints = new RunCheckpoints(run, _training.Optimizer, Path.Combine(run.Folder, CheckpointsFolder), disk);
    }

    /// <summary>Steps done.</summary>
    public int Step { get; private set; }

    /// <summary>
    /// Goes on from the newest complete checkpoint in the run's folder: weights, optimizer, data and counters.
    /// </summary>
    /// <returns>False if there is none: the run begins.</returns>
    /// <exception cref="InvalidDataException">
    /// The checkpoint is of another model, other data or another optimizer.
    /// </exception>
    public bool TryResume()
    {
        if (_checkpoints.Load() is not { } state)
        {
            return false;
        }

        Step = state.Step;
        _totalTokens = state.TotalTokens;
        return true;
    }

    /// <summary>
    /// Trains until all steps are done or <paramref name="cancellation"/> is requested; then the step that has begun is
    /// finished. Either way the state is saved.
    /// </summary>
    /// <exception cref="TrainingDivergedException">A loss or gradient is not finite; nothing is saved.</exception>
    /// <exception cref="InvalidOperationException">
    /// The folder has checkpoints of a run that was not resumed.
    /// </exception>
    /// <exception cref="IOException">The last checkpoint cannot be written.</exception>
    public TrainingOutcome Run(CancellationToken cancellation)
    {
        _checkpoints.RequireFreshOrResumed();
        Directory.CreateDirectory(_run.Folder);
        using var file = MetricsFile.Open(Path.Combine(_run.Folder, MetricsFileName), Step, _run.Time);
        long began = _run.Time.GetTimestamp();

        while (Step < _options.Steps && !cancellation.IsCancellationRequested)
        {
            StepMetrics metrics = TrainOneStep(began);
            file.Write(metrics);
            _run.Observer.OnStep(metrics);

            if (Step < _options.Steps && Step % _options.Checkpoints.IntervalSteps == 0)
            {
                _checkpoints.TrySave(Step, _totalTokens);
            }

            if (Step < _options.Steps && Step % _options.Validation?.IntervalSteps == 0)
            {
                Validate(file);
            }
        }

        bool isComplete = Step >= _options.Steps;
        double? heldOutLoss = isComplete && _heldOutLoss is not null ? Validate(file).Loss : null;
        return new TrainingOutcome(Step, isComplete, _loss, heldOutLoss, _checkpoints.Save(Step, _totalTokens));
    }

    /// <inheritdoc/>
    public void Dispose() => _training.Dispose();

    private StepMetrics TrainOneStep(long began)
    {
        long stepBegan = _run.Time.GetTimestamp();
        StepResult result = _training.Run(Step);
        long stepEnded = _run.Time.GetTimestamp();
        Step++;
        _totalTokens += result.Tokens;
        _loss = result.Loss;
        return new StepMetrics
        {
            Step = Step,
            Steps = _options.Steps,
            Tokens = result.Tokens,
            TrainedTokens = result.TrainedTokens,
            TotalTokens = _totalTokens,
            Loss = result.Loss,
            LearningRate = result.LearningRate,
            GradientNorm = result.GradientNorm,
            Seconds = _run.Time.GetElapsedTime(stepBegan, stepEnded).TotalSeconds,
            Flops = result.Flops,
            PeakFlopsPerSecond = _run.PeakFlopsPerSecond,
            PeakBytes = _run.Model.Backend.Memory.PeakBytes,
            Elapsed = _run.Time.GetElapsedTime(began, stepEnded),
        };
    }

    private ValidationMetrics Validate(MetricsFile file)
    {
        ValidationMetrics metrics = _heldOutLoss!.Measure(Step);
        file.Write(metrics);
        _run.Observer.OnValidation(metrics);
        return metrics;
    }
}
