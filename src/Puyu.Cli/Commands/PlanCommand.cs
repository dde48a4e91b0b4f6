using System.CommandLine;
using System.Globalization;
using Puyu.Cli.Display;
using Puyu.Cli.Recipes;
using Puyu.Data.Tokens;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Planning;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu plan RECIPE</c>: what a run takes, before it is begun.</summary>
internal static class PlanCommand
{
    /// <summary>Share of the peak that training usually reaches (bench/results), for want of a measurement.</summary>
    private const double UsualUtilization = 0.6;

    /// <summary>A step that would take longer than this is not tried out.</summary>
    private static readonly TimeSpan _longestTrial = TimeSpan.FromSeconds(10);

    public static Command Create()
    {
        var recipe = new Argument<string>("recipe") { Description = "A training recipe." };
        var set = RecipeFile.SetOption();
        var command = new Command("plan", "Show what a training run will take in memory and time.") { recipe, set };
        command.SetAction(line => Show(
            RecipeFile.Load<TrainRecipe>(line.GetRequiredValue(recipe), line.GetValue(set)!).Validated(), Console.Out));
        return command;
    }

    private static void Show(TrainRecipe recipe, TextWriter output)
    {
        ModelConfig config = recipe.Model ?? ModelFolder.ReadConfig(recipe.InitialModel!);
        TrainingPlan plan = Planner.Plan(
            config, recipe.Training, recipe.Data.SequenceLength * recipe.Data.MicroBatchSize,
            recipe.Data.SequenceLength);
        output.WriteLine($"{"group",-12}{"parameters",16}{"weights",14}{"gradients",14}{"optimizer",14}");
        foreach (PlannedGroup group in plan.Groups)
        {
            Row(group.Group.ToString(), group.Parameters, group.WeightBytes, group.GradientBytes, group.OptimizerBytes);
        }

        Row("all", plan.Parameters, plan.WeightBytes, plan.GradientBytes, plan.OptimizerBytes);
        Line("memory", $"{Bytes(plan.PeakBytes)} at the peak, {Bytes(plan.ActivationBytes)} of it activations");
        Line("arithmetic", Invariant($"{plan.FlopsPerStep / 1e12:F3} TFLOP a step of {plan.TokensPerStep:N0} tokens"));
        (TimeSpan step, string how) = StepTime(recipe, config, plan);
        Line("time", Invariant($"{step.TotalSeconds:F2} s a step, {how}"));
        Line("", Invariant($"{Terminal.Duration(step * plan.Steps)} for {plan.Steps:N0} steps"));

        void Row(string name, long parameters, long weights, long gradients, long optimizer) =>
            output.WriteLine(Invariant(
                $"{name,-12}{parameters,16:N0}{Bytes(weights),14}{Bytes(gradients),14}{Bytes(optimizer),14}"));

        void Line(string name, string text) => output.WriteLine($"{name,-12}{text}");
    }

    /// <summary>Tries a few steps where they are short; else divides the arithmetic by a usual rate.</summary>
    private static (TimeSpan Step, string How) StepTime(TrainRecipe recipe, ModelConfig config, TrainingPlan plan)
    {
        int threads = recipe.Threads ?? Environment.ProcessorCount;
        TimeSpan usual = plan.StepTime(UsualUtilization * PeakFlops.Measure(threads));
        if (usual > _longestTrial || !File.Exists(recipe.Data.Path))
        {
            return (usual, Invariant($"estimated at {UsualUtilization:P0} of the measured peak of {threads} threads"));
        }

        using var backend = new CpuBackend(threads);
        using TokenDataset data = TokenDataset.Open(recipe.Data.Path);
        var sampler = new PackedSampler(data, recipe.Data.Options);
        TimeSpan step = StepTimer.Measure(config, backend, sampler, recipe.Training, TimeProvider.System);
        return (step, Invariant($"tried out on {threads} threads"));
    }

    private static string Bytes(long bytes) => Invariant($"{bytes / 1e6:N1} MB");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
