using System.CommandLine;
using System.Globalization;
using Puyu.Data;
using Puyu.Evaluation;
using Puyu.Inference;
using Puyu.Inference.Engine;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu bench perplexity MODEL TEXT</c>: what formats of cached keys and values cost.</summary>
internal static class BenchPerplexityCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model")
        {
            Description = "Folder of a model with its tokenizer, or a .gguf file.",
        };
        var text = new Argument<string>("text")
        {
            Description = "UTF-8 text that the model has not seen, or a .jsonl file of documents with a text member.",
        };
        var formats = new Option<KvFormat[]>("--kv-format")
        {
            Description = "How cached keys and values are stored; several formats measure each.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => Enum.GetValues<KvFormat>(),
        };
        var context = new Option<int?>("--context") { Description = "Tokens of a window; what the model is made for." };
        var threads = new Option<int?>("--threads") { Description = "Threads that compute; one a processor." };
        var command = new Command("perplexity", "Measure what formats of cached keys and values cost on a text.")
        {
            model, text, formats, context, threads,
        };
        command.SetAction((line, cancellation) =>
        {
            EngineOptions options = LocalLanguageModel.ScoringOptions with
            {
                ContextLength = line.GetValue(context),
                Threads = line.GetValue(threads),
            };
            Measure(
                line.GetRequiredValue(model), Texts(line.GetRequiredValue(text)), line.GetRequiredValue(formats),
                options.Validated(), cancellation);
            return Task.CompletedTask;
        });
        return command;
    }

    private static string[] Texts(string path)
    {
        string[] texts = path.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase)
            ? [.. JsonLines.Read(path).Select(document => document.Text)]
            : [File.ReadAllText(path)];
        texts = [.. texts.Where(text => text.Length > 0)];
        return texts.Length > 0
            ? texts
            : throw new InvalidDataException($"{path} has no text, but there must be some to predict");
    }

    /// <summary>Scores the texts with each format; changes are against the first.</summary>
    private static void Measure(
        string path, string[] texts, KvFormat[] formats, EngineOptions options, CancellationToken cancellation)
    {
        ModelConfig config = DecoderFile.ReadConfig(path);
        double? first = null;
        foreach (KvFormat format in formats)
        {
            using LocalLanguageModel model = LocalLanguageModel.Load(
                path, options with { CacheFormat = format }, TimeProvider.System);
            BitsPerByteReport report = BitsPerByte.Evaluate(model, texts, seed: 1, progress: null, cancellation);
            double perplexity = report.PerplexityPerToken;
            if (first is null)
            {
                Line($"{report.Tokens:N0} tokens in windows of {options.ContextLength ?? config.MaxPositions:N0}");
                Line($"{"keys and values",-18}{"bytes a token",14}{"perplexity",14}{"bits per byte",16}{"change",12}");
            }

            double change = (perplexity / (first ??= perplexity)) - 1;
            long bytes = (long)config.Layers * KvBlocks.BytesOf(
                options.BlockSize, config.KvHeads, config.HeadDim, format) / options.BlockSize;
            string name = format.ToString().ToLowerInvariant();
            double bits = report.BitsPerByte.Value;
            Line($"{name,-18}{bytes,14:N0}{perplexity,14:F4}{bits,16:F5}{change,12:+0.000 %;-0.000 %}");
        }

        static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
