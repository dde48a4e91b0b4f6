using System.CommandLine;
using Puyu.Cli.Display;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tokenizers.Bytes;
using Puyu.Tokenizers.Chat;
using Puyu.Tokenizers.Export;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu bench make-model</c>: random weights, so that anybody can repeat a measurement.</summary>
internal static class MakeModelCommand
{
    public static Command Create()
    {
        var path = new Argument<string>("path")
        {
            Description = "Folder to write, or a file whose name ends in .gguf.",
        };
        var shape = new Option<string>("--shape")
        {
            Description = $"Sizes of the model: {string.Join(", ", ModelShapes.Names)}.",
            DefaultValueFactory = _ => "tiny",
        };
        shape.AcceptOnlyFromAmong([.. ModelShapes.Names]);
        var dtype = new Option<DType>("--dtype")
        {
            Description = "Storage of a folder's weights: F32, BF16 or F16. A .gguf file is Q4_0.",
            DefaultValueFactory = _ => DType.BF16,
        };
        var seed = new Option<ulong>("--seed") { Description = "Seed of the weights." };
        var command = new Command("make-model", "Write a model of random weights with a tokenizer.")
        {
            path, shape, dtype, seed,
        };
        command.SetAction(line => Write(
            line.GetRequiredValue(path), ModelShapes.Of(line.GetRequiredValue(shape)), line.GetValue(dtype),
            line.GetValue(seed)));
        return command;
    }

    private static void Write(string path, ModelConfig shape, DType dtype, ulong seed)
    {
        long began = TimeProvider.System.GetTimestamp();
        ByteLevelBpeTokenizer tokenizer = PairVocabulary.Create(shape.VocabSize);
        if (path.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            RandomModel.WriteGguf(
                path, shape, seed,
                GgufTokenizer.Describe(tokenizer, shape.VocabSize, ChatTemplate.InternLm2.Jinja));
        }
        else
        {
            RandomModel.Write(path, shape, seed, dtype);
            TokenizerJson.Save(tokenizer, Path.Combine(path, "tokenizer.json"), ChatTemplate.InternLm2);
        }

        Console.WriteLine($"{path} in {Terminal.Duration(TimeProvider.System.GetElapsedTime(began))}");
    }
}
