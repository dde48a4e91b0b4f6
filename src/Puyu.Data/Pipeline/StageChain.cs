namespace Puyu.Data.Pipeline;

/// <summary>
/// Takes documents through stages one after the other, up to the first bound that is broken. Safe for several threads.
/// </summary>
internal sealed class StageChain
{
    private readonly IReadOnlyList<RecipeStage> _stages;
    private readonly int _measures;

    /// <summary>Chains stages over single documents.</summary>
    public StageChain(IReadOnlyList<RecipeStage> stages)
    {
        _stages = stages;
        _measures = stages.Sum(stage => stage.Measures.Count);
    }

    /// <summary>Takes a document through.</summary>
    /// <param name="number">Of the document in its part.</param>
    /// <param name="document">The document.</param>
    public ChainResult Apply(int number, Document document)
    {
        float[] measured = new float[_measures];
        int count = 0;
        long changes = 0;
        for (int i = 0; i < _stages.Count; i++)
        {
            RecipeStage stage = _stages[i];
            Span<float> values = measured.AsSpan(count, stage.Measures.Count);
            values.Fill(float.NaN);
            count += values.Length;
            if (!stage.Scope.Has(document))
            {
                continue;
            }

            StageResult result = Apply(stage, document, values);
            int broken = FirstBroken(stage.Measures, values);
            if (broken >= 0)
            {
                return new ChainResult(
                    number, null, document, i, broken, result.Note, changes, measured.AsMemory(0, count));
            }

            changes |= result.Document.Text == document.Text ? 0 : 1L << i;
            document = result.Document;
        }

        return new ChainResult(number, document, null, null, 0, null, changes, measured);
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

/// <summary>What became of a document.</summary>
/// <param name="Number">Of the document in its part.</param>
/// <param name="Left">What is left of it; null if it goes.</param>
/// <param name="Removed">The document as it came to the stage that removed it; null if it stays.</param>
/// <param name="RemovedBy">Which stage removed it; null if it stays.</param>
/// <param name="Measure">Which of that stage's measures was out of bounds.</param>
/// <param name="Note">What that stage said of it.</param>
/// <param name="Changes">Bit i: stage i changed the text.</param>
/// <param name="Values">What was measured, stage after stage, the one that removed the document included.</param>
internal readonly record struct ChainResult(
    int Number, Document? Left, Document? Removed, int? RemovedBy, int Measure, string? Note, long Changes,
    ReadOnlyMemory<float> Values);
