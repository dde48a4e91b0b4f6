using System.Globalization;
using System.Text.Json;
using Puyu.Benchmarks;
using Puyu.Benchmarks.Data;
using Puyu.Benchmarks.Inference;
using Puyu.Benchmarks.Ops;
using Puyu.Benchmarks.Tokenizers;
using Puyu.Benchmarks.Training;

// dotnet run -c Release --project bench/Puyu.Benchmarks -- matmul …      (no name: the list)
// data-pipeline takes --megabytes 10,100,1000, and runs this program again for each.
if (args is [PipelineTimes.ChildArgument, var recipe, var folder])
{
    Console.Out.Write(JsonSerializer.Serialize(PipelineTimes.Of(recipe, folder)));
    return 0;
}

int option = Array.IndexOf(args, "--megabytes");
int[] megabytes = option < 0 || option + 1 == args.Length
    ? [10, 30, 100, 300, 1000]
    : [.. args[option + 1].Split(',').Select(text => int.Parse(text, CultureInfo.InvariantCulture))];
string[] names = option < 0 ? args : [.. args[..option], .. args[Math.Min(option + 2, args.Length)..]];
var benchmarks = new Dictionary<string, Action<TextWriter>>(StringComparer.Ordinal)
{
    ["matmul"] = MatMulBench.Run,
    ["quantized-linear"] = QuantizedLinearBench.Run,
    ["decoder-step"] = DecoderStepBench.Run,
    ["attention"] = AttentionBench.Run,
    ["paged-attention"] = PagedAttentionBench.Run,
    ["elementwise"] = ElementWiseBench.Run,
    ["sampling"] = SamplingBench.Run,
    ["long-context"] = LongContextBench.Run,
    ["training-step"] = TrainingStepBench.Run,
    ["data-html"] = HtmlBench.Run,
    ["data-decontamination"] = DecontaminationBench.Run,
    ["data-minhash"] = MinHashBench.Run,
    ["data-deduplication"] = DeduplicationBench.Run,
    ["data-substring"] = SubstringBench.Run,
    ["data-pipeline"] = output => PipelineBench.Run(output, megabytes),
    ["data-pipeline-files"] = PipelineFilesBench.Run,
    ["tokenizers"] = TokenizerBench.Run,
    ["data-filters"] = FiltersBench.Run,
    ["tokenizer-training"] = TrainingBench.Run,
    ["document-formats"] = DocumentFormatsBench.Run,
    ["filter-models"] = FilterModelsBench.Run,
};

if (names.Length == 0 || names.Any(name => !benchmarks.ContainsKey(name)))
{
    Console.Error.WriteLine($"usage: name one or more of {string.Join(", ", benchmarks.Keys)}");
    return 2;
}

foreach (string name in names)
{
    ResultFile.Write(name, benchmarks[name]);
}

return 0;
