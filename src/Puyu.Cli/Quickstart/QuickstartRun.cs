using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Cli.Recipes;
using Puyu.Data;
using Puyu.Tensors;
using Puyu.Tokenizers;

namespace Puyu.Cli.Quickstart;

/// <summary>
/// The whole chain on real text: documents → tokenizer → pre-training → fine-tuning → evaluation → report. Every stage
/// calls what a user's own run calls.
/// </summary>
/// <param name="options">Validated options.</param>
/// <param name="time">The clock.</param>
internal sealed class QuickstartRun(QuickstartOptions options, TimeProvider time)
{
    private readonly QuickstartFolder _folder = new(options.Output);
    private readonly List<(string Name, TimeSpan Time)> _stages = [];

    /// <summary>Runs all stages.</summary>
    /// <returns>The exit status: 0 when everything is done, 130 when it was interrupted.</returns>
    public int Run(CancellationToken cancellation)
    {
        RequireEmptyOrResumed();
        using var backend = new CpuBackend(options.Threads);
        double peak = PeakFlops.Measure(options.Threads);

        Corpus corpus = Stage("documents", () => CorpusStage.Run(_folder, options, cancellation));
        Tokenizer tokenizer = Stage("tokenizer", () => TokenizerStage.Learn(_folder, corpus));
        long tokens = Stage("tokens", () => TokenizerStage.Encode(_folder, corpus, tokenizer, options));
        Console.WriteLine(Invariant(
            $"  {corpus.Funnel.Kept:N0} distinct documents of {corpus.Funnel.WithText:N0}, {tokens:N0} tokens to train on"));

        StepCounts steps = Stage("measuring", () => StepCounts.Choose(_folder, tokenizer, backend, options, time));
        TrainingResult pretrained = Stage("pre-training", () => Train(
            QuickstartRecipes.PretrainingName, QuickstartRecipes.Pretraining(_folder, tokenizer, steps.Pretraining, options), backend, peak, cancellation));
        if (pretrained.ModelFolder is not { } baseModel)
        {
            return Interrupted();
        }

        TrainingResult fineTuned = Stage("fine-tuning", () => Train(
            QuickstartRecipes.FineTuningName, QuickstartRecipes.FineTuning(_folder, baseModel, steps.FineTuning, options), backend, peak, cancellation));
        if (fineTuned.ModelFolder is not { } chatModel)
        {
            return Interrupted();
        }

        EvaluationResults evaluation = Stage("evaluation", () => EvaluationStage.Run(
            corpus, baseModel, chatModel, backend, options.Seed, cancellation));
        var results = new QuickstartResults
        {
            Machine = Machine(peak),
            Funnel = corpus.Funnel,
            Tokenizer = new TokenizerFacts(tokenizer.VocabSize, TimeOf("tokenizer").TotalSeconds, tokens),
            Pretraining = RunFacts.Read(_folder.Base, pretrained.Parameters, peak),
            FineTuning = RunFacts.Read(_folder.Chat, fineTuned.Parameters, peak),
            Evaluation = evaluation,
        };
        WriteReport(results, chatModel);
        Summarize(results, chatModel);
        return 0;
    }

    private void RequireEmptyOrResumed()
    {
        if (!options.Resumes && Directory.Exists(_folder.Root) && Directory.EnumerateFileSystemEntries(_folder.Root).Any())
        {
            throw new IOException(
                $"{_folder.Root} is not empty: --resume goes on with the run in it, --out names another folder");
        }
    }

    private TrainingResult Train(
        string name, TrainRecipe recipe, CpuBackend backend, double peak, CancellationToken cancellation)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder.Recipe(name))!);
        AtomicFile.WriteText(_folder.Recipe(name), RecipeFile.Write(recipe));
        return TrainingSession.Train(recipe.Validated(), backend, options.Resumes, peak, time, cancellation);
    }

    private TResult Stage<TResult>(string name, Func<TResult> work)
    {
        Console.WriteLine($"{name} ...");
        long began = time.GetTimestamp();
        TResult result = work();
        _stages.Add((name, time.GetElapsedTime(began)));
        Console.WriteLine($"{name}: {Terminal.Duration(_stages[^1].Time)}");
        return result;
    }

    private TimeSpan TimeOf(string stage) => _stages.First(entry => entry.Name == stage).Time;

    private int Interrupted()
    {
        Console.WriteLine($"interrupted; go on with: puyu quickstart --resume --out {_folder.Root}");
        return 130;
    }

    private MachineFacts Machine(double peak) => new(
        ProcessorName(), options.Threads, RuntimeInformation.FrameworkDescription, RuntimeInformation.OSDescription,
        typeof(Lineage).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion, peak / 1e9);

    private static string ProcessorName()
    {
        const string Info = "/proc/cpuinfo";
        string? line = File.Exists(Info)
            ? File.ReadLines(Info).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?.Split(':')[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }

    private void WriteReport(QuickstartResults results, string chatModel)
    {
        AtomicFile.WriteText(_folder.Results, JsonSerializer.Serialize(results, RecipeFile.Json) + "\n");
        string[] names = [QuickstartRecipes.PretrainingName, QuickstartRecipes.FineTuningName];
        AtomicFile.WriteText(_folder.Report, QuickstartReport.Write(
            results, _stages, [.. names.Select(name => (name, File.ReadAllText(_folder.Recipe(name))))],
            [.. Lineage.Walk(chatModel).Select(step =>
                $"{new string(' ', 2 * step.Depth)}{step.Input.Kind} {step.Input.Name}  {step.Input.Hash[..12]}")]));
        Lineage.Of(_folder.Report, "report", [LineageInput.Of("model", chatModel, _folder.Report)], time).Write(_folder.Report);
    }

    private void Summarize(QuickstartResults results, string chatModel)
    {
        EvaluationResults evaluation = results.Evaluation;
        Console.WriteLine();
        Console.WriteLine(Invariant(
            $"held-out text:  {evaluation.HeldOut.Model.Value:F3} bits per byte (gzip -9: {evaluation.HeldOut.Gzip:F2}{Xz(evaluation.HeldOut)})"));
        if (evaluation.HeldOutChoice is { } choice)
        {
            Console.WriteLine(Invariant(
                $"4-way choice:   {choice.Chat.Value:P1} right [{choice.Chat.Low:P1}, {choice.Chat.High:P1}]; {choice.Base.Value:P1} before fine-tuning, {choice.Chance:P0} by chance"));
        }

        TimeSpan total = _stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.Time);
        Console.WriteLine($"all of it took: {Terminal.Duration(total)}");
        Console.WriteLine(Invariant($"repeat exactly: puyu quickstart --steps {results.Pretraining.Steps} --seed {options.Seed}"));
        Console.WriteLine($"report:         {_folder.Report}");
        Console.WriteLine($"chat with it:   puyu chat {chatModel}");
        Console.WriteLine($"where it's from: puyu lineage {chatModel}");
    }

    private static string Xz(CompressionFacts facts) => facts.Xz is { } xz ? Invariant($", xz -9: {xz:F2}") : "";

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
