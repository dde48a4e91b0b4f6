using System.Globalization;
using System.Text.Json;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Cli.Recipes;
using Puyu.Data;
using Puyu.Tensors;
using Puyu.Tokenizers;

namespace Puyu.Cli.Quickstart;

/// <summary>
/// The whole chain on real text: documents → tokenizer → pre-training → fine-tuning → evaluation → quantization →
/// report. Every stage calls what a user's own run calls.
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

        DocumentRun documents = Stage("documents", () => new DocumentStage(_folder, options, cancellation).Run());
        Corpus corpus = Stage("division", () =>
            CorpusStage.Divide(documents, _folder, options.Seed, cancellation));
        Tokenizer tokenizer = Stage("tokenizer", () => TokenizerStage.Learn(_folder, corpus, options));
        long tokens = Stage("tokens", () => TokenizerStage.Encode(_folder, corpus, tokenizer, options));
        DivisionFacts division = CorpusStage.FactsOf(corpus);
        Write($"  {documents.Facts.Describe()}");
        Write($"  {division.Describe()}; {tokens:N0} tokens");

        StepCounts steps = Stage("measuring", () => StepCounts.Choose(_folder, tokenizer, backend, options, time));
        TrainRecipe first = QuickstartRecipes.Pretraining(_folder, tokenizer, steps.Pretraining, options);
        TrainingResult pretrained = Stage("pre-training", () =>
            Train(QuickstartRecipes.PretrainingName, first, backend, peak, cancellation));
        if (pretrained.ModelFolder is not { } baseModel)
        {
            return Interrupted();
        }

        TrainRecipe second = QuickstartRecipes.FineTuning(_folder, baseModel, steps.FineTuning, options);
        TrainingResult fineTuned = Stage("fine-tuning", () =>
            Train(QuickstartRecipes.FineTuningName, second, backend, peak, cancellation));
        if (fineTuned.ModelFolder is not { } chatModel)
        {
            return Interrupted();
        }

        EvaluationResults evaluation = Stage("evaluation", () =>
            new EvaluationStage(corpus, options.Seed, options.Threads, cancellation).Run(baseModel, chatModel));
        QuantizationFacts quantization = Stage("quantization", () =>
            new QuantizationStage(_folder, corpus, options, cancellation).Run(chatModel, backend));
        var results = new QuickstartResults
        {
            Machine = MachineFacts.Read(options.Threads, peak),
            Documents = documents.Facts,
            Division = division,
            Tokenizer = new TokenizerFacts(tokenizer.VocabSize, TimeOf("tokenizer").TotalSeconds, tokens),
            Pretraining = RunFacts.Read(_folder.Base, pretrained.Parameters, peak),
            FineTuning = RunFacts.Read(_folder.Chat, fineTuned.Parameters, peak),
            Evaluation = evaluation,
            Quantization = quantization,
        };
        WriteReport(results, chatModel, documents.Recipe);
        Summarize(results, chatModel);
        return 0;
    }

    private void RequireEmptyOrResumed()
    {
        if (!options.Resumes && Directory.Exists(_folder.Root)
            && Directory.EnumerateFileSystemEntries(_folder.Root).Any())
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

    private void WriteReport(QuickstartResults results, string chatModel, string documentRecipe)
    {
        AtomicFile.WriteText(_folder.Results, JsonSerializer.Serialize(results, RecipeFile.Json) + "\n");
        (string Name, string Path)[] recipes =
        [
            (QuickstartRecipes.DocumentsName, documentRecipe),
            (QuickstartRecipes.PretrainingName, _folder.Recipe(QuickstartRecipes.PretrainingName)),
            (QuickstartRecipes.FineTuningName, _folder.Recipe(QuickstartRecipes.FineTuningName)),
        ];
        AtomicFile.WriteText(_folder.Report, new QuickstartReport(results).Write(
            _stages,
            [.. recipes.Select(recipe => (recipe.Name, File.ReadAllText(recipe.Path)))],
            [.. Lineage.Walk(chatModel).Select(step => step.Describe())]));
        LineageInput[] inputs = [LineageInput.Of("model", chatModel, _folder.Report)];
        Lineage.Of(_folder.Report, "report", inputs, time).Write(_folder.Report);
    }

    private void Summarize(QuickstartResults results, string chatModel)
    {
        CompressionFacts heldOut = results.Evaluation.HeldOut;
        string xz = heldOut.Xz is { } bits ? string.Create(CultureInfo.InvariantCulture, $", xz -9: {bits:F2}") : "";
        Console.WriteLine();
        Write($"held-out text    {heldOut.Model.Value:F3} bits per byte (gzip -9: {heldOut.Gzip:F2}{xz})");
        if (results.Evaluation.HeldOutChoice is { } choice)
        {
            Write($"4-way choice     {choice.Chat.Value:P1} right [{choice.Chat.Low:P1}, {choice.Chat.High:P1}]");
            Write($"                 {choice.Base.Value:P1} before fine-tuning");
            Write($"                 {choice.BaseDocument.Value:P1} before it, given headings of documents instead");
        }

        (AnswerFacts before, AnswerFacts after) = (results.Quantization.Before, results.Quantization.After);
        Write($"answers          {before.BitsPerByte.Value:F3} bits per byte, perplexity {before.Perplexity:F2}");
        Write($"  in 4 bits      {after.BitsPerByte.Value:F3} bits per byte, perplexity {after.Perplexity:F2}");
        Write($"                 {before.Bytes / 1e6:F1} MB before, {after.Bytes / 1e6:F1} MB after");
        TimeSpan total = _stages.Aggregate(TimeSpan.Zero, (sum, stage) => sum + stage.Time);
        Write($"all of it took   {Terminal.Duration(total)}");
        Write($"report           {_folder.Report}");
        Write($"chat with it     puyu chat {chatModel}");
        Write($"or in 4 bits     puyu chat {_folder.Quantized}");
        Write($"where it's from  puyu lineage {chatModel}");
        Write($"why a document   puyu data explain ID --out {_folder.Data}");
        Write($"repeat exactly   puyu quickstart --steps {results.Pretraining.Steps} --seed {options.Seed}");
    }

    private static void Write(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
