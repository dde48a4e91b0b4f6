using System.Globalization;
using System.Runtime.CompilerServices;
using Puyu.Abstractions;
using Puyu.Abstractions.Engine;
using Puyu.Inference.Engine;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Tokenizers.Bytes;

namespace Puyu.Benchmarks.Inference;

/// <summary>
/// A session of 200,000 tokens with a tiny model: what each turn costs beside a fit of the two terms, constant for the
/// products and growing with the context for attention, and what the cache takes.
/// </summary>
/// <remarks>Costs are seconds of one processor, which other work on the machine disturbs less than the clock.</remarks>
public static class LongContextBench
{
    private const int Turns = 10;
    private const int TurnTokens = 20_000;

    private static readonly KvFormat[] _formats = [KvFormat.Int8, KvFormat.Int4];

    /// <summary>Prints a table for each format; takes some minutes.</summary>
    public static void Run(TextWriter output)
    {
        foreach (KvFormat format in _formats)
        {
            RunAsync(output, format).GetAwaiter().GetResult();
        }
    }

    private static async Task RunAsync(TextWriter output, KvFormat format)
    {
        var options = new EngineOptions
        {
            MaxBatch = 1,
            Threads = 1,
            TokensPerStep = 500,
            CacheFormat = format,
            ContextLength = Turns * TurnTokens,
        };
        var engine = new InferenceEngine(Model(), options, TimeProvider.System);
        await using ConfiguredAsyncDisposable disposal = engine.ConfigureAwait(false);
        await CompleteAsync(engine, session: "warm", turn: 0).ConfigureAwait(false);
        engine.EndSession("warm");
        double[] seconds = new double[Turns];
        double[] megabytes = new double[Turns];
        for (int turn = 0; turn < Turns; turn++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            await CompleteAsync(engine, "long", turn).ConfigureAwait(false);
            seconds[turn] = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            EngineStatistics now = engine.Statistics;
            megabytes[turn] = (now.UsedBlocks + now.CachedBlocks) * now.BlockBytes / 1e6;
        }

        Print(output, format, seconds, megabytes);
    }

    /// <summary>A turn of a session: its prompt and one token of an answer.</summary>
    private static async Task CompleteAsync(InferenceEngine engine, string session, int turn)
    {
        int[] ids =
            [.. Enumerable.Range(0, TurnTokens - 1).Select(i => 3 + (int)((i + turn) * 7919L % 1000))];
        var request = new CompletionRequest
        {
            Prompt = new Prompt.OfTokens(ids),
            Sampling = new SamplingOptions { MaxTokens = 1, Temperature = 0, IgnoresEndOfText = true },
            SessionId = session,
        };
        await foreach (CompletionUpdate _ in engine.CompleteAsync(request, default).ConfigureAwait(false))
        {
        }
    }

    private static EngineModel Model()
    {
        ModelConfig shape = ModelShapes.Of("tiny");
        return new EngineModel(
            "tiny",
            backend =>
            {
                Decoder decoder = Decoder.Create(shape, backend);
                decoder.Initialize(seed: 1);
                return decoder;
            },
            PairVocabulary.Create(shape.VocabSize), chatTemplate: null);
    }

    private static void Print(TextWriter output, KvFormat format, double[] seconds, double[] megabytes)
    {
        double[] contexts = [.. Enumerable.Range(0, Turns).Select(turn => (turn + 0.5) * TurnTokens)];
        (double constant, double slope) = Line(contexts, seconds);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{format}: a turn of {TurnTokens} tokens costs {constant:F1} s of a processor for products and all else a "
            + $"token takes, and {slope * TurnTokens:F2} s more for every {TurnTokens} tokens before it"));
        output.WriteLine();
        output.WriteLine("| tokens | cache, MB | bytes a token | seconds | by the two terms | difference |");
        output.WriteLine("| --: | --: | --: | --: | --: | --: |");
        for (int turn = 0; turn < Turns; turn++)
        {
            double fit = constant + (slope * contexts[turn]);
            int tokens = (turn + 1) * TurnTokens;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"| {tokens} | {megabytes[turn]:F1} | {megabytes[turn] * 1e6 / tokens:F0} | {seconds[turn]:F1} "
                + $"| {fit:F1} | {100 * ((seconds[turn] / fit) - 1):F1} % |"));
        }

        output.WriteLine();
    }

    /// <summary>Least squares of <c>y = a + b · x</c>.</summary>
    private static (double Constant, double Slope) Line(double[] x, double[] y)
    {
        double meanX = x.Average();
        double meanY = y.Average();
        double slope = x.Zip(y, (xi, yi) => (xi - meanX) * (yi - meanY)).Sum()
            / x.Sum(xi => (xi - meanX) * (xi - meanX));
        return (meanY - (slope * meanX), slope);
    }
}
