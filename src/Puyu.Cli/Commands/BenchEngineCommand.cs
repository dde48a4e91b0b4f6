using System.CommandLine;
using System.Globalization;
using Puyu.Cli.LoadTest;
using Puyu.Inference.Engine;
using Puyu.Tensors;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu bench engine MODEL</c>: prefill and decode, without a server between.</summary>
internal static class BenchEngineCommand
{
    public static Command Create()
    {
        var engine = new EngineArguments();
        var defaults = new EngineBenchOptions();
        var prompt = Number("--prompt", "Tokens of the prompt that prefill is measured with.", defaults.PromptTokens);
        var completion = Number("--completion", "Tokens that decode is measured with.", defaults.CompletionTokens);
        var rounds = Number("--rounds", "Repetitions, of which the median counts.", defaults.Rounds);
        var batches = new Option<int[]>("--batch")
        {
            Description = "Sequences decoded at once; several numbers measure each.",
            AllowMultipleArgumentsPerToken = true,
            DefaultValueFactory = _ => [.. defaults.Batches],
        };
        var command = new Command("engine", "Measure prefill and decode of a model in this process.")
        {
            prompt, completion, rounds, batches,
        };
        engine.AddTo(command);
        command.SetAction((line, cancellation) =>
        {
            EngineBenchOptions options = new EngineBenchOptions
            {
                PromptTokens = line.GetValue(prompt),
                CompletionTokens = line.GetValue(completion),
                Rounds = line.GetValue(rounds),
                Batches = line.GetRequiredValue(batches),
            }.Validated();
            EngineOptions engineOptions = engine.Read(line);
            return MeasureAsync(
                line.GetRequiredValue(engine.Model),
                engineOptions with { MaxBatch = Math.Max(engineOptions.MaxBatch, options.Batches.Max()) }, options,
                cancellation);
        });
        return command;
    }

    private static async Task MeasureAsync(
        string model, EngineOptions engineOptions, EngineBenchOptions options, CancellationToken cancellation)
    {
        int threads = engineOptions.Threads ?? Environment.ProcessorCount;
        long began = TimeProvider.System.GetTimestamp();
        await using InferenceEngine engine = InferenceEngine.Load(model, engineOptions, TimeProvider.System);
        TimeSpan loading = TimeProvider.System.GetElapsedTime(began);
        var bench = new EngineBench(engine, options, TimeProvider.System);

        // The controls stand before and after, since machines that are shared change within a minute.
        (double Flops, double Bytes) before = (PeakFlops.Measure(threads), StreamRead.Measure(threads));
        double prefill = await bench.PrefillAsync(cancellation);
        var decode = new List<(int Batch, double Rate)>();
        foreach (int batch in options.Batches)
        {
            decode.Add((batch, await bench.DecodeAsync(batch, cancellation)));
        }

        (double Flops, double Bytes) after = (PeakFlops.Measure(threads), StreamRead.Measure(threads));
        double peak = (before.Flops + after.Flops) / 2;
        double read = (before.Bytes + after.Bytes) / 2;
        double roof = read / engine.Card.WeightBytes;
        Line($"model      {engine.Card.Name}, {engine.Card.Weights}; {engine.Card.WeightBytes / 1e9:F3} GB a token");
        Line($"loaded in  {loading.TotalSeconds:F2} s");
        Line($"controls   {peak / 1e9:F0} GFLOP/s of float32, {read / 1e9:F1} GB/s read, {threads} threads");
        Line($"{"",-18}{"tokens/s",10}{"of the roofline",20}");
        Line($"{$"prefill {options.PromptTokens}",-18}{prefill,10:F1}{prefill * 1e9 / peak,14:F2} a GFLOP/s");
        foreach ((int batch, double rate) in decode)
        {
            Line($"{$"decode, batch {batch}",-18}{rate,10:F1}{rate / roof,19:P0}");
        }

        static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, DefaultValueFactory = _ => value };
}
