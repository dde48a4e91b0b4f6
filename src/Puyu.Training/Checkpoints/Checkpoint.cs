namespace Puyu.Training.Checkpoints;

/// <summary>A saved state of a run. The folder is also a model folder in Hugging Face's layout.</summary>
/// <param name="Step">Steps that were done.</param>
/// <param name="Folder">Full path.</param>
public sealed record Checkpoint(int Step, string Folder)
{
    /// <summary>
    /// What is wrong with it, in a clause; null if every file is as it was written. Reads every byte.
    /// </summary>
    public string? Problem() => CheckpointManifest.ProblemOf(Folder);
}
