using System.CommandLine;
using Puyu.Cli.Display;
using Puyu.Cli.LoadTest;
using Puyu.Tensors;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu bench serve</c>: load on a server, measured from outside.</summary>
internal static class BenchServeCommand
{
    public static Command Create()
    {
        var defaults = new LoadOptions { Server = new Uri("http://localhost:23333") };
        var server = new Argument<string>("server")
        {
            Description = "Address of a server that speaks OpenAI's protocol.",
            DefaultValueFactory = _ => defaults.Server.ToString(),
        };
        var model = new Option<string?>("--model")
        {
            Description = "Model to ask for; the first that the server lists.",
        };
        var key = new Option<string?>("--api-key") { Description = "Key of the server." };
        var requests = Number("--requests", "Requests in all.", defaults.Requests);
        var concurrency = Number("--concurrency", "Requests under way at once.", defaults.Concurrency);
        var rate = new Option<double?>("--rate") { Description = "Requests that begin in a second on average." };
        var prompt = Length("--prompt-tokens", "Length of a prompt", defaults.PromptTokens);
        var completion = Length("--completion-tokens", "Length of a completion", defaults.CompletionTokens);
        var seed = new Option<ulong>("--seed")
        {
            Description = "Seed of lengths, prompts and intervals.",
            DefaultValueFactory = _ => defaults.Seed,
        };
        var local = new Option<bool>("--roofline")
        {
            Description = "The server is on this machine: measure how fast memory can be read, and compare.",
        };
        var file = new Option<string?>("--out") { Description = "Write a line of JSON for each request to this file." };
        var command = new Command("serve", "Send completions to a server and show their times.")
        {
            server, model, key, requests, concurrency, rate, prompt, completion, seed, local, file,
        };
        command.SetAction(async (line, cancellation) =>
        {
            LoadOptions options = new LoadOptions
            {
                Server = new Uri(line.GetRequiredValue(server)),
                Model = line.GetValue(model),
                ApiKey = line.GetValue(key),
                Requests = line.GetValue(requests),
                Concurrency = line.GetValue(concurrency),
                Rate = line.GetValue(rate),
                PromptTokens = LengthMix.Parse(line.GetRequiredValue(prompt), prompt.Name),
                CompletionTokens = LengthMix.Parse(line.GetRequiredValue(completion), completion.Name),
                Seed = line.GetValue(seed),
            }.Validated();
            var run = new LoadRun(options, TimeProvider.System);
            LoadReport report = await Terminal.Progress(
                "requests", options.Requests, progress => run.RunAsync(progress, cancellation));
            report.Write(
                Console.Out, line.GetValue(local) ? StreamRead.Measure(Environment.ProcessorCount) : null);
            if (line.GetValue(file) is { } path)
            {
                report.WriteJsonLines(path);
            }

            return report.Timings.Any(timing => timing.Failure is not null) ? 1 : 0;
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };

    private static Option<string> Length(string name, string description, LengthMix value) => new(name)
    {
        Description = $"{description} in tokens, as 128, or 64-512 for a uniform mix.",
        DefaultValueFactory = _ => value.ToString(),
    };
}
