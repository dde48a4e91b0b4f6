using System.CommandLine;
using System.Globalization;
using Puyu.Data.Decontamination;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu data build-decontamination EVAL… --out FILE</c>.</summary>
internal static class DataBuildDecontaminationCommand
{
    private static readonly DecontaminationOptions _defaults = new();

    public static Command Create()
    {
        var sets = new Argument<string[]>("eval")
        {
            Description = "Evaluation sets: .jsonl, .json, .csv, .tsv or .txt, also with .gz; the name is the task's.",
            Arity = ArgumentArity.OneOrMore,
        };
        var output = new Option<string>("--out") { Description = "File of the index.", Required = true };
        Option<int> words = Number(
            "--words", "Words of a run: 12, or 10 to find more, 13 to find less.", _defaults.Words);
        Option<int> ideographs = Number("--ideographs", "Units of a run of ideographs.", _defaults.Ideographs);
        Option<int> template = Number(
            "--template-items", "Items of a task from which on a run they share does not count.",
            _defaults.TemplateItems);
        var command = new Command(
            "build-decontamination", "Build an index of evaluation sets for the stage decontaminate.")
        {
            sets, output, words, ideographs, template,
        };
        command.SetAction(line => Build(
            line.GetRequiredValue(sets), line.GetRequiredValue(output), new DecontaminationOptions
            {
                Words = line.GetValue(words),
                Ideographs = line.GetValue(ideographs),
                TemplateItems = line.GetValue(template),
            }));
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static void Build(string[] sets, string output, DecontaminationOptions options)
    {
        DecontaminationIndex index = DecontaminationIndex.Build(sets, options);
        index.Save(output);
        foreach (EvaluationTask task in index.Tasks)
        {
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{task.Name,-40} {task.ItemCount,8} items {task.Runs,10} runs {task.ShortItems,8} too short to find"));
        }
    }
}
