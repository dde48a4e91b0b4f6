using System.CommandLine;
using Puyu.Cli.Recipes;
using Puyu.Tensors;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu train RECIPE</c>.</summary>
internal static class TrainCommand
{
    public static Command Create()
    {
        var recipe = new Argument<string>("recipe") { Description = "A training recipe, JSON (see recipes/)." };
        var set = RecipeFile.SetOption();
        var resume = new Option<bool>("--resume") { Description = "Go on from the newest checkpoint." };
        var command = new Command("train", "Train a model, from scratch or from another one.") { recipe, set, resume };
        command.SetAction((line, cancellation) => Task.FromResult(Run(
            RecipeFile.Load<TrainRecipe>(line.GetRequiredValue(recipe), line.GetValue(set)!).Validated(),
            line.GetValue(resume), cancellation)));
        return command;
    }

    private static int Run(TrainRecipe recipe, bool resumes, CancellationToken cancellation)
    {
        using var backend = new CpuBackend(recipe.Threads ?? Environment.ProcessorCount);
        TrainingResult result = TrainingSession.Train(
            recipe, backend, resumes, PeakFlops.Measure(backend.Threads), TimeProvider.System, cancellation);
        Console.WriteLine(result.ModelFolder is { } folder
            ? $"model: {folder}\nchat:  puyu chat {folder}"
            : $"stopped at step {result.Outcome.Step} of {recipe.Training.Steps}; --resume goes on from there");
        return result.Outcome.IsComplete ? 0 : 130;
    }
}
