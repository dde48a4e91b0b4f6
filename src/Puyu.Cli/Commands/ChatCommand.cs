using System.CommandLine;
using System.Text;
using Puyu.Abstractions;
using Puyu.Inference;
using Puyu.Tensors;
using Puyu.Tokenizers.Chat;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu chat MODEL</c>.</summary>
internal static class ChatCommand
{
    private static readonly SamplingOptions _defaults = new() { Temperature = 0.3f, TopP = 0.9f, MaxTokens = 256 };

    private static readonly string _templates = string.Join(", ", ChatTemplate.All.Select(known => known.Name));

    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "Folder of a model with its tokenizer." };
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
            model, prompt, system, template, temperature, topK, topP, minP, penalty, seed, maxTokens,
        };
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
                line.GetRequiredValue(model), line.GetValue(template), line.GetValue(system), line.GetValue(prompt),
                options, cancellation);
        });
        return command;
    }

    private static async Task ChatAsync(
        string folder, string? template, string? system, string? prompt, SamplingOptions options,
        CancellationToken cancellation)
    {
        using var backend = new CpuBackend();
        using LocalLanguageModel model = LocalLanguageModel.Load(
            folder, backend, template is null ? null : ChatTemplate.ByName(template));
        List<ChatMessage> messages = system is null ? [] : [new ChatMessage("system", system)];
        if (prompt is not null)
        {
            await AnswerAsync(model, messages, prompt, options, cancellation);
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

            await AnswerAsync(model, messages, question, options, cancellation);
        }
    }

    private static async Task AnswerAsync(
        LocalLanguageModel model, List<ChatMessage> messages, string question, SamplingOptions options,
        CancellationToken cancellation)
    {
        messages.Add(new ChatMessage("user", question));
        var answer = new StringBuilder();
        await foreach (string piece in model.ChatAsync(messages, options, cancellation))
        {
            Console.Write(piece);
            answer.Append(piece);
        }

        Console.WriteLine();
        messages.Add(new ChatMessage("assistant", answer.ToString()));
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
