using System.CommandLine;
using System.Globalization;
using Puyu.Data.Classifiers;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data train-filter LABELED… --score NAME --out FILE</c>.</summary>
internal static class DataTrainFilterCommand
{
    public static Command Create()
    {
        var inputs = new Argument<string[]>("labeled")
        {
            Description = "Files of labelled texts: .jsonl, .csv or .tsv; with --fluency, of fluent text a line.",
            Arity = ArgumentArity.OneOrMore,
        };
        var text = new Option<string>("--text")
        {
            Description = "Member or column of the text; a number counts columns without names from 1.",
            DefaultValueFactory = _ => "text",
        };
        var label = new Option<string>("--label")
        {
            Description = "Member or column of the label.",
            DefaultValueFactory = _ => "label",
        };
        var positive = new Option<string[]>("--positive")
        {
            Description = "Labels of the texts to be found and removed.",
            DefaultValueFactory = _ => ["1", "true"],
        };
        var score = new Option<string>("--score") { Description = "Name of the score, such as toxicity." };
        var fluency = new Option<bool>("--fluency")
        {
            Description = "Learn fluency, from fluent lines and damaged copies of others.",
        };
        var test = new Option<string?>("--test") { Description = "Another labelled file to report on." };
        var precision = new Option<float>("--target-precision")
        {
            Description = "Share of the texts found that shall truly be positive.",
            DefaultValueFactory = _ => 0.9f,
        };
        var output = new Option<string>("--out") { Description = "File of the model.", Required = true };
        var command = new Command("train-filter", "Train a classifier that finds unwanted texts.")
        {
            inputs, text, label, positive, score, fluency, test, precision, output,
        };
        command.SetAction(line => Train(
            line.GetRequiredValue(inputs),
            line.GetValue(fluency) ? null : new LabeledFileOptions
            {
                Text = line.GetRequiredValue(text),
                Label = line.GetRequiredValue(label),
                Positive = line.GetRequiredValue(positive),
            },
            new ClassifierTrainingOptions
            {
                ScoreName = line.GetValue(score) ?? (line.GetValue(fluency) ? "fluency" : "unwanted"),
                HigherIsBetter = line.GetValue(fluency),
                TargetPrecision = line.GetValue(precision),
            },
            line.GetValue(test),
            line.GetRequiredValue(output)));
        return command;
    }

    private static void Train(
        string[] inputs, LabeledFileOptions? columns, ClassifierTrainingOptions options, string? test, string output)
    {
        LinearClassifier classifier = ClassifierTrainer.Train(Read(inputs, columns, options.Seed), options);
        classifier.Save(output);
        Print("held out", classifier, classifier.Report);
        if (test is not null)
        {
            ClassifierReport report = ClassifierTrainer.Measure(classifier, Read([test], columns, options.Seed));
            Print(Path.GetFileName(test), classifier, report);
        }
    }

    private static IReadOnlyList<LabeledText> Read(string[] inputs, LabeledFileOptions? columns, ulong seed) =>
        columns is null
            ? Disfluency.Make(inputs.SelectMany(TrainingText.Lines), seed)
            : [.. inputs.SelectMany(path => LabeledFile.Read(path, columns))];

    private static void Print(string name, LinearClassifier classifier, ClassifierReport report) =>
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{classifier.ScoreName} on {report.TestedOn} texts ({name}): AUC {report.Auc:F4}, "
            + $"at {classifier.Threshold:F4} precision {report.Precision:F3} and recall {report.Recall:F3}"));
}
