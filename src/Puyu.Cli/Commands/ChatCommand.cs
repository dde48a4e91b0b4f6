using System.CommandLine;
using System.Text;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Tokenizers.Chat;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu chat MODEL</c>.</summary>
internal static class ChatCommand
{
    private static readonly SamplingOptions _defaults = new() { Temperature = 0.3f, TopP = 0.9f, MaxTokens = 256 };

    private static readonly string _templates = string.Join(", ", ChatTemplate.All.Select(known => known.Name));

    public static Command Create()
    {
        var engine = new EngineArguments();
        var prompt = new Option<string?>("--prompt") { Description = "Answer this and leave." };
        var system = new Option<string?>("--system") { Description = "Told to the model before the conversation." };
        var template = new Option<string?>("--template")
        {
            Description = $"Chat template, instead of the family's: {_templates}.",
        };
        var temperature = new Option<float>("--temperature")
        {
            Description = "0 always takes the most likely token.",
            DefaultValueFactory = _ => _defaults.Temperature,
        };
        var topK = new Option<int?>("--top-k") { Description = "Only the K most likely tokens." };
        var topP = new Option<float>("--top-p")
        {
            Description = "Only the most likely tokens that reach this probability together.",
            DefaultValueFactory = _ => _defaults.TopP,
        };
        var minP = new Option<float>("--min-p") { Description = "Only tokens this likely relative to the likeliest." };
        var penalty = new Option<float>("--repetition-penalty")
        {
            Description = "Above 1 makes tokens that occurred less likely.",
            DefaultValueFactory = _ => _defaults.RepetitionPenalty,
        };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the sampling." };
        var maxTokens = new Option<int>("--max-tokens")
        {
            Description = "Tokens of an answer at most.",
            DefaultValueFactory = _ => _defaults.MaxTokens,
        };
        var command = new Command("chat", "Talk to a model.")
        {
            prompt, system, template, temperature, topK, topP, minP, penalty, seed, maxTokens,
        };
        engine.AddTo(command);
        command.SetAction((line, cancellation) =>
        {
            SamplingOptions options = new SamplingOptions
            {
                Temperature = line.GetValue(temperature),
                TopK = line.GetValue(topK),
                TopP = line.GetValue(topP),
                MinP = line.GetValue(minP),
                RepetitionPenalty = line.GetValue(penalty),
                Seed = line.GetValue(seed),
                MaxTokens = line.GetValue(maxTokens),
            }.Validated();
            return ChatAsync(
                line.GetRequiredValue(engine.Model),
                engine.Read(line) with { ChatTemplate = line.GetValue(template), MaxBatch = 1 },
                line.GetValue(system), line.GetValue(prompt), options, cancellation);
        });
        return command;
    }

    private static async Task ChatAsync(
        string path, EngineOptions engineOptions, string? system, string? prompt, SamplingOptions options,
        CancellationToken cancellation)
    {
        await using InferenceEngine engine = InferenceEngine.Load(path, engineOptions, TimeProvider.System);
        List<PromptMessage> messages = system is null ? [] : [new PromptMessage("system", system)];
        if (prompt is not null)
        {
            await AnswerAsync(engine, messages, prompt, options, cancellation);
            return;
        }

        Console.WriteLine("An empty line or Ctrl-C ends the conversation; /new begins another one.");
        while (await ReadAsync(cancellation) is { Length: > 0 } question)
        {
            if (question == "/new")
            {
                messages.RemoveAll(message => message.Role != "system");
                continue;
            }

            await AnswerAsync(engine, messages, question, options, cancellation);
        }
    }

    private static async Task AnswerAsync(
        InferenceEngine engine, List<PromptMessage> messages, string question, SamplingOptions options,
        CancellationToken cancellation)
    {
        messages.Add(new PromptMessage("user", question));
        var answer = new StringBuilder();
        var request = new CompletionRequest { Prompt = new Prompt.OfMessages(messages), Sampling = options };
        await foreach (CompletionUpdate update in engine.CompleteAsync(request, cancellation))
        {
            Console.Write(update.Text);
            answer.Append(update.Text);
        }

        Console.WriteLine();
        messages.Add(new PromptMessage("assistant", answer.ToString()));
    }

    private static async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        if (!Console.IsInputRedirected)
        {
            Console.Write("> ");
        }

        return await Console.In.ReadLineAsync(cancellation);
    }
}
