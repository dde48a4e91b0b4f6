using System.CommandLine;
using System.Globalization;
using Puyu.Abstractions;
using Puyu.Cli.Display;
using Puyu.Models;
using Puyu.Models.Gguf;
using Puyu.Models.Quantizing;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;
using Puyu.Tokenizers;
using Puyu.Tokenizers.Chat;
using Puyu.Tokenizers.Export;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu quantize MODEL</c>.</summary>
internal static class QuantizeCommand
{
    private static readonly Dictionary<string, QuantizerMethod> _methods = new(StringComparer.Ordinal)
    {
        ["rtn"] = QuantizerMethod.Nearest,
        ["awq"] = QuantizerMethod.Awq,
        ["gptq"] = QuantizerMethod.Gptq,
    };

    private static readonly QuantizerOptions _defaults = new();

    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "Folder of a model of real numbers." };
        var output = new Option<string>("--out")
        {
            Description = "Folder to write, or a file whose name ends in .gguf.",
            Required = true,
        };
        var text = new Option<string>("--calibration")
        {
            Description = "UTF-8 text like what the model will see; its last eighth measures the loss of quality.",
            Required = true,
        };
        var scheme = new Option<string>("--scheme")
        {
            Description = "How codes are chosen: rtn (nearest), awq or gptq.",
            DefaultValueFactory = _ => "awq",
        };
        scheme.AcceptOnlyFromAmong([.. _methods.Keys]);
        var bits = Number("--bits", "Bits of a weight: 4 or 8.", _defaults.Scheme.Bits);
        var groupSize = Number(
            "--group-size", "Weights that share a scale: 32, 64 or 128.", _defaults.Scheme.GroupSize);
        var symmetric = new Option<bool>("--symmetric") { Description = "Groups have a scale and no offset." };
        var type = new Option<GgufType>("--type")
        {
            Description = "Storage of a .gguf file.",
            DefaultValueFactory = _ => GgufType.Q4K,
        };
        var sequence = Number("--sequence", "Tokens of a calibration sequence.", _defaults.SequenceLength);
        var tokens = Number("--tokens", "Tokens of the text that are used at most.", 128 * _defaults.SequenceLength);
        var command = new Command("quantize", "Store a model's weights in 4 or 8 bits.")
        {
            model, output, text, scheme, bits, groupSize, symmetric, type, sequence, tokens,
        };
        command.SetAction(line => Quantize(
            line.GetRequiredValue(model), line.GetRequiredValue(output), line.GetRequiredValue(text),
            line.GetValue(tokens), line.GetValue(type), new QuantizerOptions
            {
                Method = _methods[line.GetRequiredValue(scheme)],
                Scheme = new QuantScheme
                {
                    Bits = line.GetValue(bits),
                    GroupSize = line.GetValue(groupSize),
                    IsSymmetric = line.GetValue(symmetric),
                },
                SequenceLength = line.GetValue(sequence),
            }));
        return command;
    }

    private static void Quantize(
        string model, string output, string text, int maxTokens, GgufType type, QuantizerOptions options)
    {
        RequireNew(output);
        ModelConfig config = DecoderFile.ReadConfig(model);
        Tokenizer tokenizer = TokenizerFile.Load(model);
        int[] ids = tokenizer.Encode(File.ReadAllText(text));
        ids = ids[..Math.Min(ids.Length, maxTokens)];
        if (output.EndsWith(".gguf", StringComparison.OrdinalIgnoreCase))
        {
            options = options with
            {
                Gguf = new GgufOptions
                {
                    Type = type,
                    Tokenizer = GgufTokenizer.Describe(
                        tokenizer, config.VocabSize, ChatTemplateFile.Read(model)),
                },
            };
        }

        using var backend = new CpuBackend();
        long began = TimeProvider.System.GetTimestamp();
        QuantizerResult result = Terminal.Progress("quantizing", config.Layers, progress => Quantizer.Quantize(
            model, output, ids, options, backend, new Terminal.Relay<int>(done => progress(done))));
        long before = SizeOf(model);
        long after = SizeOf(output);
        Line($"calibrated on  {result.CalibrationTokens:N0} tokens");
        Line($"perplexity     {result.PerplexityBefore:F3} before, {result.PerplexityAfter:F3} after");
        Line($"               on {result.HeldOutTokens:N0} tokens that were held out");
        Line($"size           {before / 1e6:F1} MB before, {after / 1e6:F1} MB after");
        Line($"all of it took {Terminal.Duration(TimeProvider.System.GetElapsedTime(began))}");
        Line($"chat with it   puyu chat {output}");

        static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
    }

    private static void RequireNew(string output)
    {
        if (File.Exists(output) || (Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any()))
        {
            throw new OptionsException($"--out is {output}, which exists: name another, or remove it");
        }
    }

    private static long SizeOf(string path) => File.Exists(path)
        ? new FileInfo(path).Length
        : new DirectoryInfo(path).EnumerateFiles("*.safetensors").Sum(file => file.Length);

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
