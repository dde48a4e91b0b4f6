using Puyu.Cli.Recipes;
using Puyu.Data.Tokens;
using Puyu.Tensors;
using Puyu.Tokenizers;
using Puyu.Training.Planning;

namespace Puyu.Cli.Quickstart;

/// <summary>Steps of the two runs, fixed before the first one so that a run can be repeated.</summary>
/// <param name="Pretraining">Steps of pre-training.</param>
internal sealed record StepCounts(int Pretraining)
{
    /// <summary>Steps of pre-training for each step of fine-tuning.</summary>
    private const int PretrainingPerFineTuning = 2;

    /// <summary>Steps of fine-tuning; they follow from those of pre-training.</summary>
    public int FineTuning => Math.Max(10, Pretraining / PretrainingPerFineTuning);

    /// <summary>Takes the number asked for, or that of the interrupted run, or measures what fits the time.</summary>
    public static StepCounts Choose(
        QuickstartFolder folder, Tokenizer tokenizer, Backend backend, QuickstartOptions options, TimeProvider time)
    {
        if (options.Steps is { } steps)
        {
            return new StepCounts(steps);
        }

        string recipe = folder.Recipe(QuickstartRecipes.PretrainingName);
        if (options.Resumes && File.Exists(recipe))
        {
            return new StepCounts(RecipeFile.Load<TrainRecipe>(recipe, []).Training.Steps);
        }

        TrainRecipe trial = QuickstartRecipes.Pretraining(folder, tokenizer, steps: 1000, options);
        using TokenDataset data = TokenDataset.Open(trial.Data.Path);
        TimeSpan step = StepTimer.Measure(
            trial.Model!, backend, new PackedSampler(data, trial.Data.Options), trial.Training, time);
        double share = PretrainingPerFineTuning / (PretrainingPerFineTuning + 1.0);
        return new StepCounts(Math.Max(10, StepTimer.StepsWithin(TimeSpan.FromMinutes(options.Minutes * share), step)));
    }
}
