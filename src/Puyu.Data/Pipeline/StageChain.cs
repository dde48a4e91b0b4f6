namespace Puyu.Data.Pipeline;

/// <summary>
/// Takes documents through stages one after the other, up to the first bound that is broken, and remembers what
/// happened to the last one. For one thread.
/// </summary>
internal sealed class StageChain
{
    private readonly IReadOnlyList<RecipeStage> _stages;
    private readonly float[] _values;

    /// <summary>Chains stages over single documents.</summary>
    public StageChain(IReadOnlyList<RecipeStage> stages)
    {
        _stages = stages;
        _values = new float[stages.Sum(stage => stage.Measures.Count)];
    }

    /// <summary>What was measured, stage after stage, the one that removed the document included.</summary>
    public ReadOnlySpan<float> Values => _values.AsSpan(0, Measured);

    /// <summary>Which stage removed the document; null if it stays.</summary>
    public int? RemovedBy { get; private set; }

    /// <summary>Which of that stage's measures was out of bounds.</summary>
    public int Measure { get; private set; }

    /// <summary>The document as it came to that stage.</summary>
    public Document? Removed { get; private set; }

    /// <summary>What that stage said of it.</summary>
    public string? Note { get; private set; }

    /// <summary>Bit i: stage i changed the text.</summary>
    public long Changes { get; private set; }

    private int Measured { get; set; }

    /// <summary>Takes a document through.</summary>
    /// <returns>What is left of it; null if it goes.</returns>
    public Document? Apply(Document document)
    {
        RemovedBy = null;
        Removed = null;
        Note = null;
        Changes = 0;
        Measured = 0;
        for (int i = 0; i < _stages.Count; i++)
        {
            RecipeStage stage = _stages[i];
            Span<float> values = _values.AsSpan(Measured, stage.Measures.Count);
            values.Fill(float.NaN);
            StageResult result = Apply(stage, document, values);
            Measured += values.Length;
            int broken = FirstBroken(stage.Measures, values);
            if (broken >= 0)
            {
                RemovedBy = i;
                Removed = document;
                Measure = broken;
                Note = result.Note;
                return null;
            }

            Changes |= result.Document.Text == document.Text ? 0 : 1L << i;
            document = result.Document;
        }

        return document;
    }

    private static int FirstBroken(IReadOnlyList<Measure> measures, ReadOnlySpan<float> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            if (!measures[i].Admits(values[i]))
            {
                return i;
            }
        }

        return -1;
    }

    private static StageResult Apply(RecipeStage stage, Document document, Span<float> values)
    {
        StageResult result;
        try
        {
            result = stage.Single!.Apply(document, values);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            // Among millions of documents, the one that a defect shows on is half of its explanation.
            throw new InvalidOperationException(
                $"stage {stage.Name} failed on {document.Source}: {problem.Message}", problem);
        }

        return result.Document.Source == document.Source
            ? result
            : throw new InvalidOperationException(
                $"stage {stage.Name} made {result.Document.Source} of {document.Source} but the source must stay");
    }
}
