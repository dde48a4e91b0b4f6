namespace Puyu.Data.Pipeline;

/// <summary>
/// A run of stages of one step of which the documents are kept: stages over single documents, or one stage with the
/// whole corpus in view. The first pass also reads, and may have no stage.
/// </summary>
/// <param name="Index">Among all passes, from 0.</param>
/// <param name="Step">Name of the step.</param>
/// <param name="Stages">In order.</param>
internal sealed record Pass(int Index, string Step, IReadOnlyList<RecipeStage> Stages)
{
    private const int MaxStages = 32; // a verdict has a bit for each

    /// <summary>The stage with the whole corpus in view; null if there is none.</summary>
    public ICorpusStage? Corpus => Stages is [{ Corpus: { } corpus }] ? corpus : null;

    /// <summary>Folder of its files below the folder of work.</summary>
    public string Folder => FormattableString.Invariant($"{Index:00}-{string.Concat(Step.Select(Plain))}");

    /// <summary>Name for people: the step and, in one with several passes, the stages.</summary>
    public string Title => Stages.Count == 0 ? Step : $"{Step}/{string.Join('+', Stages.Select(stage => stage.Name))}";

    /// <summary>Divides the steps of a recipe.</summary>
    public static IReadOnlyList<Pass> Of(Recipe recipe)
    {
        var passes = new List<Pass>();
        var stages = new List<RecipeStage>();
        if (recipe.Steps[0].Stages[0].Corpus is not null)
        {
            passes.Add(new Pass(0, "read", []));
        }

        foreach (RecipeStep step in recipe.Steps)
        {
            foreach (RecipeStage stage in step.Stages)
            {
                if (stage.Corpus is not null || stages.Count == MaxStages)
                {
                    Flush(step);
                }

                stages.Add(stage);
                if (stage.Corpus is not null)
                {
                    Flush(step);
                }
            }

            Flush(step);
        }

        return passes;

        void Flush(RecipeStep step)
        {
            if (stages.Count > 0)
            {
                passes.Add(new Pass(passes.Count, step.Name, [.. stages]));
                stages.Clear();
            }
        }
    }

    private static char Plain(char letter) => char.IsAsciiLetterOrDigit(letter) ? char.ToLowerInvariant(letter) : '-';
}
