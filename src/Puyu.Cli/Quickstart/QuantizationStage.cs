using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Cli.Recipes;
using Puyu.Data;
using Puyu.Data.Documentation;
using Puyu.Data.Tokens;
using Puyu.Evaluation;
using Puyu.Inference;
using Puyu.Models.Quantizing;
using Puyu.Tensors;
using Puyu.Tokenizers.Chat;

namespace Puyu.Cli.Quickstart;

/// <summary>The fine-tuned model in 4 bits, and what that costs it.</summary>
/// <param name="folder">Where everything is.</param>
/// <param name="corpus">The documents.</param>
/// <param name="options">Of the quickstart.</param>
/// <param name="cancellation">Stops the measuring.</param>
internal sealed class QuantizationStage(
    QuickstartFolder folder, Corpus corpus, QuickstartOptions options, CancellationToken cancellation)
{
    private const int MaxAnswers = 500;
    private const int MaxSequences = 64;

    /// <summary>Characters of an answer: even of four tokens each they fit the context.</summary>
    private const int MaxAnswerLength = 250;

    private static readonly QuantizerOptions _options = new() { SequenceLength = 128 };

    /// <summary>Quantizes a model and measures both on answers that neither has seen.</summary>
    public QuantizationFacts Run(string chatModel, Backend backend)
    {
        if (Directory.Exists(folder.Quantized))
        {
            // Of an earlier end of the same run, which may have been cut short.
            Directory.Delete(folder.Quantized, recursive: true);
        }

        Quantizer.Quantize(chatModel, folder.Quantized, CalibrationTokens(), _options, backend);
        LineageInput[] inputs =
        [
            LineageInput.Of("model", chatModel, folder.Quantized),
            LineageInput.Of("tokens", folder.FineTuningTokens, folder.Quantized),
        ];
        Lineage lineage = Lineage.Of(folder.Quantized, "model", inputs, TimeProvider.System) with
        {
            Recipe = RecipeFile.ToElement(_options),
        };
        lineage.Write(folder.Quantized);

        (string, string)[] answers = [.. Answers().Take(MaxAnswers)];
        return new QuantizationFacts(
            answers.Length, Measure(chatModel, "answers, as trained", answers),
            Measure(folder.Quantized, "answers, 4 bits", answers));
    }

    /// <summary>Sequences at even distances: neighbouring conversations are about neighbouring members.</summary>
    private int[] CalibrationTokens()
    {
        using TokenDataset data = TokenDataset.Open(folder.FineTuningTokens);
        int length = _options.SequenceLength;
        int sequences = (int)Math.Min(MaxSequences, data.Tokens / length);
        int[] ids = new int[sequences * length];
        for (int i = 0; i < sequences; i++)
        {
            data.CopyTo(i * (data.Tokens / sequences), ids.AsSpan(i * length, length));
        }

        return ids;
    }

    /// <summary>The first question about each held-out document, in the chat template, and its answer.</summary>
    private IEnumerable<(string Prompt, string Completion)> Answers()
    {
        foreach (Document document in corpus.HeldOut)
        {
            QuestionAnswer pair = TokenizerStage.Pairs(document, options.Seed).First();
            yield return (
                ChatTemplate.InternLm2.RenderPrompt([new ChatMessage("user", pair.Question)]), Beginning(pair.Answer));
        }
    }

    private static string Beginning(string answer) => answer.Length <= MaxAnswerLength
        ? answer
        : answer[..(char.IsHighSurrogate(answer[MaxAnswerLength - 1]) ? MaxAnswerLength - 1 : MaxAnswerLength)];

    private AnswerFacts Measure(string model, string title, (string, string)[] answers)
    {
        using LocalLanguageModel loaded = LocalLanguageModel.Load(
            model, LocalLanguageModel.ScoringOptions with { Threads = options.Threads }, TimeProvider.System);
        BitsPerByteReport report = Terminal.Progress(title, answers.Length, progress => BitsPerByte.Evaluate(
            loaded, answers, options.Seed, new Terminal.Relay<int>(done => progress(done)), cancellation));
        long bytes = new DirectoryInfo(model).EnumerateFiles("*.safetensors").Sum(file => file.Length);
        return new AnswerFacts(bytes, report.BitsPerByte, report.PerplexityPerToken);
    }
}
