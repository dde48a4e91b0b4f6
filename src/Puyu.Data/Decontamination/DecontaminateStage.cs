using Puyu.Data.Pipeline;

namespace Puyu.Data.Decontamination;

/// <summary>
/// Looks for runs of evaluation sets in documents; the note of a document that has one names task, item and run.
/// </summary>
/// <param name="index">The runs.</param>
public sealed class DecontaminateStage(DecontaminationIndex index) : IStage
{
    private const int MaxNoteChars = 400;

    /// <inheritdoc/>
    public string Name => "decontaminate";

    /// <inheritdoc/>
    /// <remarks>Runs found, of which none is allowed, and the share of the text that they cover.</remarks>
    public IReadOnlyList<Measure> Measures { get; } = [new("evaluation-runs", Max: 0), new("evaluation-share")];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        ArgumentNullException.ThrowIfNull(document);
        Overlap overlap = index.Find(document.Text);
        values[0] = overlap.Runs;
        values[1] = overlap.Share;
        if (overlap.Task is null)
        {
            return new StageResult(document);
        }

        string run = document.Text.Substring(overlap.First.Start, Math.Min(overlap.First.Length, MaxNoteChars));
        return new StageResult(document, FormattableString.Invariant($"{overlap.Task}#{overlap.Item}: {run}"));
    }
}
