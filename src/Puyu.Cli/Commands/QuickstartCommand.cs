using System.CommandLine;
using Puyu.Cli.Quickstart;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu quickstart</c>.</summary>
internal static class QuickstartCommand
{
    public static Command Create()
    {
        var output = new Option<string>("--out")
        {
            Description = "Folder of everything it makes.",
            DefaultValueFactory = _ => "quickstart",
        };
        var corpus = new Option<string?>("--corpus")
        {
            Description = "Folder of .xml, .txt, .md or .jsonl documents, or a recipe (puyu data recipe); the SDK's "
                + "documentation by default.",
        };
        var minutes = new Option<double>("--minutes")
        {
            Description = "Minutes of training.",
            DefaultValueFactory = _ => QuickstartOptions.DefaultMinutes,
        };
        var steps = new Option<int?>("--steps")
        {
            Description = "Steps of pre-training, instead of --minutes: repeats a run exactly.",
        };
        var seed = new Option<ulong>("--seed")
        {
            Description = "Seed of everything random.",
            DefaultValueFactory = _ => 1,
        };
        var vocabSize = new Option<int>("--vocab-size")
        {
            Description = "Ids of the tokenizer; a small corpus has room for fewer.",
            DefaultValueFactory = _ => QuickstartOptions.DefaultVocabSize,
        };
        var threads = new Option<int>("--threads")
        {
            Description = "Threads that compute; does not change the result.",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var resume = new Option<bool>("--resume") { Description = "Go on with an interrupted run." };
        var command = new Command("quickstart", "Walk the whole chain on the SDK's documentation, in minutes.")
        {
            output, corpus, minutes, steps, vocabSize, seed, threads, resume,
        };
        command.SetAction((line, cancellation) => Task.FromResult(new QuickstartRun(
            new QuickstartOptions
            {
                Output = line.GetRequiredValue(output),
                Corpus = line.GetValue(corpus),
                Minutes = line.GetValue(minutes),
                Steps = line.GetValue(steps),
                VocabSize = line.GetValue(vocabSize),
                Seed = line.GetValue(seed),
                Threads = line.GetValue(threads),
                Resumes = line.GetValue(resume),
            }.Validated(),
            TimeProvider.System).Run(cancellation)));
        return command;
    }
}
