using Puyu.Training.Checkpoints;
using Puyu.Training.Metrics;

namespace Puyu.Training.Tests.Support;

/// <summary>Remembers what happened, and asks for the end after a step.</summary>
internal sealed class RecordingObserver(int cancelAfterStep = int.MaxValue) : TrainingObserver, IDisposable
{
    private readonly CancellationTokenSource _cancellation = new();

    public CancellationToken Cancellation => _cancellation.Token;

    public List<StepMetrics> Steps { get; } = [];

    public List<ValidationMetrics> Validations { get; } = [];

    public List<Checkpoint> Checkpoints { get; } = [];

    public List<string> Notices { get; } = [];

    public IEnumerable<double> Losses => Steps.Select(step => step.Loss);

    public override void OnStep(in StepMetrics metrics)
    {
        Steps.Add(metrics);
        if (metrics.Step == cancelAfterStep)
        {
            _cancellation.Cancel();
        }
    }

    public override void OnValidation(in ValidationMetrics metrics) => Validations.Add(metrics);

    public override void OnCheckpoint(Checkpoint checkpoint) => Checkpoints.Add(checkpoint);

    public override void OnNotice(string notice) => Notices.Add(notice);

    public void Dispose() => _cancellation.Dispose();
}
