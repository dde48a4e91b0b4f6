using System.CommandLine;
using System.Globalization;
using Puyu.Data.Perplexity;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data train-perplexity TEXT… --out FILE</c>.</summary>
internal static class DataTrainPerplexityCommand
{
    public static Command Create()
    {
        var inputs = new Argument<string[]>("texts")
        {
            Description = "UTF-8 text files or .jsonl, in the language and manner to be kept.",
            Arity = ArgumentArity.OneOrMore,
        };
        var order = new Option<int>("--order")
        {
            Description = "Words of the longest sequence.",
            DefaultValueFactory = _ => new NgramTrainingOptions().Order,
        };
        var test = new Option<string?>("--test") { Description = "A text to report the perplexity of." };
        var output = new Option<string>("--out") { Description = "File of the model.", Required = true };
        var command = new Command("train-perplexity", "Train an n-gram model of what text shall be like.")
        {
            inputs, order, test, output,
        };
        command.SetAction(line => Train(
            line.GetRequiredValue(inputs),
            new NgramTrainingOptions { Order = line.GetValue(order) },
            line.GetValue(test),
            line.GetRequiredValue(output)));
        return command;
    }

    private static void Train(string[] inputs, NgramTrainingOptions options, string? test, string output)
    {
        NgramModel model = NgramTrainer.Train(inputs.SelectMany(TrainingText.Lines), options);
        model.Save(output);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{model.VocabularySize} words, {new FileInfo(output).Length / 1e6:F1} MB: {output}"));
        if (test is not null)
        {
            double perplexity = model.Perplexity(string.Join('\n', TrainingText.Lines(test)));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"perplexity of {test}: {perplexity:F1}"));
        }
    }
}
