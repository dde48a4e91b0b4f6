using Puyu.Training.Checkpoints;
using Puyu.Training.Metrics;

namespace Puyu.Training;

/// <summary>
/// Told what happens in a run, on the training thread: derive from it to show progress. Each method does nothing here.
/// </summary>
public class TrainingObserver
{
    /// <summary>A step is done.</summary>
    public virtual void OnStep(in StepMetrics metrics)
    {
    }

    /// <summary>The loss on held-out data was measured.</summary>
    public virtual void OnValidation(in ValidationMetrics metrics)
    {
    }

    /// <summary>A checkpoint is on the disk.</summary>
    public virtual void OnCheckpoint(Checkpoint checkpoint)
    {
    }

    /// <summary>
    /// Something the user should know, in one sentence, such as a damaged checkpoint that was skipped.
    /// </summary>
    public virtual void OnNotice(string notice)
    {
    }
}
