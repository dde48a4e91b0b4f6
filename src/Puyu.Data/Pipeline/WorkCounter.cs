namespace Puyu.Data.Pipeline;

/// <summary>How far a run is.</summary>
/// <param name="Phase">What it does.</param>
/// <param name="PhaseIndex">Among the phases, from 0.</param>
/// <param name="Phases">How many there are.</param>
/// <param name="DoneBytes">Of the sources, those whose parts are through; of files of tokens, those done.</param>
/// <param name="TotalBytes">Of all sources, or of all files of tokens.</param>
/// <param name="Documents">Documents handled since the run began, each as often as it was.</param>
public readonly record struct PipelineProgress(
    string Phase, int PhaseIndex, int Phases, long DoneBytes, long TotalBytes, long Documents);

/// <summary>Counts what several threads do.</summary>
internal sealed class WorkCounter(IProgress<PipelineProgress>? report)
{
    private readonly Lock _lock = new();
    private PipelineProgress _progress;
    private long _documents;
    private int _made;

    /// <summary>Files made.</summary>
    public int Files => _made;

    /// <summary>A phase begins.</summary>
    /// <param name="phase">Which.</param>
    /// <param name="phases">How many there are.</param>
    /// <param name="totalBytes">What it will go through.</param>
    public void Begin(Phase phase, int phases, long totalBytes)
    {
        lock (_lock)
        {
            _progress = new PipelineProgress(phase.Title, phase.Index, phases, 0, totalBytes, _documents);
            report?.Report(_progress);
        }
    }

    /// <summary>A document was handled.</summary>
    public void Document() => Interlocked.Increment(ref _documents);

    /// <summary>A file was made.</summary>
    public void Made() => Interlocked.Increment(ref _made);

    /// <summary>Some of the phase is done, such as a part.</summary>
    public void Done(long bytes)
    {
        lock (_lock)
        {
            _progress = _progress with
            {
                DoneBytes = _progress.DoneBytes + bytes,
                Documents = Interlocked.Read(ref _documents),
            };
            report?.Report(_progress);
        }
    }
}
