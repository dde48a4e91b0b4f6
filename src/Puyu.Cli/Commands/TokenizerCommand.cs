using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Cli.Recipes;
using Puyu.Data.Tokens;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Export;
using Puyu.Tokenizers.Training;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu tokenizer train|encode|info</c>.</summary>
internal static class TokenizerCommand
{
    public static Command Create() =>
        new("tokenizer", "Train a tokenizer, encode text with one, or look at one.") { Train(), Encode(), Info() };

    private static Command Train()
    {
        var inputs = new Argument<string[]>("inputs")
        {
            Description = "UTF-8 text files.",
            Arity = ArgumentArity.OneOrMore,
        };
        var vocabSize = new Option<int>("--vocab-size")
        {
            Description = "Ids in all.",
            DefaultValueFactory = _ => 8000,
        };
        var pattern = new Option<SplitPattern>("--pattern")
        {
            Description = "How text is cut before merging.",
            DefaultValueFactory = _ => SplitPattern.Cl100k,
        };
        var specials = new Option<string[]>("--special")
        {
            Description = "Special tokens, appended in this order.",
            DefaultValueFactory = _ => ["<s>", "</s>", "<|im_start|>", "<|im_end|>"],
        };
        var output = new Option<string>("--out") { Description = "Folder of the result.", Required = true };
        var command = new Command("train", "Learn a byte-level BPE vocabulary.")
        {
            inputs, vocabSize, pattern, specials, output,
        };
        command.SetAction(line => Learn(
            line.GetRequiredValue(inputs),
            new BpeTrainingOptions
            {
                VocabSize = line.GetValue(vocabSize),
                SplitPattern = line.GetValue(pattern),
                SpecialTokens = line.GetRequiredValue(specials),
            },
            line.GetRequiredValue(output)));
        return command;
    }

    private static void Learn(string[] inputs, BpeTrainingOptions options, string output)
    {
        long started = Stopwatch.GetTimestamp();
        IEnumerable<ReadOnlyMemory<byte>> documents =
            inputs.Select(path => (ReadOnlyMemory<byte>)File.ReadAllBytes(path));
        ByteLevelBpeTokenizer tokenizer = Terminal.Progress(
            "training tokenizer", options.VocabSize, progress => BpeTrainer.Train(
                documents, options, new Terminal.Relay<TrainingProgress>(done => progress(done.Merges))));

        Directory.CreateDirectory(output);
        TokenizerJson.Save(tokenizer, Path.Combine(output, "tokenizer.json"));
        LineageInput[] sources = [.. inputs.Select(path => LineageInput.Of("text", path, output))];
        Lineage lineage = Lineage.Of(output, "tokenizer", sources, TimeProvider.System) with
        {
            Recipe = RecipeFile.ToElement(options with { Threads = 1 }),
        };
        lineage.Write(output);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{tokenizer.VocabSize} tokens in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s: {output}"));
    }

    private static Command Encode()
    {
        var model = new Argument<string>("tokenizer") { Description = "A tokenizer file or a model folder." };
        var files = new Argument<string[]>("files")
        {
            Description = "UTF-8 text files, each one document; standard input without any.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var output = new Option<string?>("--out")
        {
            Description = "Write a .tokens file to train on, instead of printing ids.",
        };
        var command = new Command("encode", "Turn text into token ids.") { model, files, output };
        command.SetAction(line => EncodeFiles(
            TokenizerFile.Load(line.GetRequiredValue(model)), line.GetValue(files) ?? [], line.GetValue(output),
            line.GetRequiredValue(model)));
        return command;
    }

    private static void EncodeFiles(Tokenizer tokenizer, string[] files, string? output, string tokenizerPath)
    {
        var ids = new TokenBuffer();
        if (output is null)
        {
            tokenizer.Encode(files.Length == 0 ? ReadStandardInput() : Concatenate(files), ids);
            Console.WriteLine(string.Join(' ', ids.ToArray()));
            return;
        }

        if (files.Length == 0)
        {
            throw new ArgumentException("--out needs files but none are given; each file becomes one document");
        }

        TokenDataset.Write(output, tokenizer.VocabSize, writer =>
        {
            foreach (string file in files)
            {
                ids.Clear();
                tokenizer.Encode(File.ReadAllBytes(file), ids);
                if (tokenizer.EosId is { } end)
                {
                    ids.Add(end);
                }

                writer.Add(ids.Span);
            }
        });
        LineageInput[] inputs =
        [
            LineageInput.Of("tokenizer", tokenizerPath, output),
            .. files.Select(file => LineageInput.Of("text", file, output)),
        ];
        Lineage.Of(output, "tokens", inputs, TimeProvider.System).Write(output);
        using TokenDataset data = TokenDataset.Open(output);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{data.Tokens} tokens in {data.Documents} documents: {output}"));
    }

    private static Command Info()
    {
        var model = new Argument<string>("tokenizer") { Description = "A tokenizer file or a model folder." };
        var command = new Command("info", "Show what a tokenizer is.") { model };
        command.SetAction(line =>
        {
            Tokenizer tokenizer = TokenizerFile.Load(line.GetRequiredValue(model));
            Console.WriteLine($"kind            {tokenizer.Kind}");
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"vocabulary      {tokenizer.VocabSize}"));
            Console.WriteLine(
                $"begin, end, pad {Name(tokenizer.BosId)}, {Name(tokenizer.EosId)}, {Name(tokenizer.PadId)}");
            foreach ((string literal, int id) in tokenizer.SpecialTokens.OrderBy(special => special.Value))
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"special {id,7} {literal}"));
            }
        });
        return command;
    }

    private static string Name(int? id) => id?.ToString(CultureInfo.InvariantCulture) ?? "none";

    private static byte[] ReadStandardInput()
    {
        using Stream input = Console.OpenStandardInput();
        using var text = new MemoryStream();
        input.CopyTo(text);
        return text.ToArray();
    }

    private static byte[] Concatenate(string[] files) => [.. files.SelectMany(File.ReadAllBytes)];
}
