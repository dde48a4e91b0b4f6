using System.Globalization;
using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Cli.LoadTest;

/// <summary>What a load test found.</summary>
/// <param name="Options">What was sent.</param>
/// <param name="Model">To which model.</param>
/// <param name="WeightBytes">Bytes of its weights; null if the server does not say.</param>
/// <param name="Timings">One a request.</param>
/// <param name="Elapsed">From the first request to the last answer.</param>
internal sealed record LoadReport(
    LoadOptions Options, string Model, long? WeightBytes, IReadOnlyList<RequestTiming> Timings, TimeSpan Elapsed)
{
    private static readonly double[] _percentiles = [0.5, 0.9, 0.95, 0.99];

    private RequestTiming[] Answered => [.. Timings.Where(timing => timing.Failure is null)];

    /// <summary>Completion tokens a second, of all requests together.</summary>
    public double OutputTokensPerSecond =>
        Answered.Sum(timing => (double)timing.CompletionTokens) / Elapsed.TotalSeconds;

    /// <summary>Writes the report for people.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="readBytesPerSecond">
    /// What this machine reads from memory, if it is the server's: gives the fraction of the roofline.
    /// </param>
    public void Write(TextWriter output, double? readBytesPerSecond)
    {
        RequestTiming[] answered = Answered;
        Line($"model        {Model}");
        Line($"requests     {answered.Length} answered, {Timings.Count - answered.Length} failed");
        Line($"at once      {Options.Concurrency}, {Options.PromptTokens} tokens in, {Options.CompletionTokens} out");
        foreach (IGrouping<string, RequestTiming> failures in Timings
            .Where(timing => timing.Failure is not null).GroupBy(timing => timing.Failure!))
        {
            Line($"failed       {failures.Count()} times: {failures.Key}");
        }

        if (answered.Length == 0)
        {
            return;
        }

        double prompts = answered.Sum(timing => (double)timing.PromptTokens);
        Line($"elapsed      {Elapsed.TotalSeconds:F1} s, {answered.Length / Elapsed.TotalSeconds:F2} requests/s");
        Line($"output       {OutputTokensPerSecond:F1} tokens/s");
        Line($"with prompts {OutputTokensPerSecond + (prompts / Elapsed.TotalSeconds):F1} tokens/s");
        output.WriteLine();
        Line($"{"",-24}{"mean",10}{"p50",10}{"p90",10}{"p95",10}{"p99",10}");
        Row("first token (TTFT), ms", [.. answered.Select(timing => timing.FirstToken)]);
        Row("per token (TPOT), ms", [.. answered.Select(timing => timing.PerToken)]);
        Row("between pieces (ITL), ms", [.. answered.SelectMany(timing => timing.Gaps)]);
        Row("whole request, ms", [.. answered.Select(timing => timing.Total)]);
        if (WeightBytes is { } bytes && readBytesPerSecond is { } read)
        {
            double roof = read / bytes;
            double typical = 1 / Percentile([.. answered.Select(timing => timing.PerToken)], 0.5).TotalSeconds;
            output.WriteLine();
            Line($"roofline     {roof:F1} tokens/s a sequence: {read / 1e9:F1} GB/s, {bytes / 1e9:F2} GB of weights");
            Line($"reached      {100 * typical / roof:F0} % by the median request");
            Line($"             {100 * OutputTokensPerSecond / roof:F0} % by all together");
        }

        void Line(FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));

        void Row(string name, TimeSpan[] times) => output.WriteLine(string.Concat(
            _percentiles.Select(percentile => Cell(Percentile(times, percentile)))
                .Prepend(Cell(Mean(times))).Prepend($"{name,-24}")));

        static string Cell(TimeSpan time) =>
            string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds,10:F1}");
    }

    /// <summary>Writes a line of JSON for each request.</summary>
    public void WriteJsonLines(string path) => AtomicFile.Write(path, stream =>
    {
        foreach (RequestTiming timing in Timings)
        {
            JsonSerializer.Serialize(stream, new
            {
                prompt_tokens = timing.PromptTokens,
                completion_tokens = timing.CompletionTokens,
                ttft_seconds = timing.FirstToken.TotalSeconds,
                tpot_seconds = timing.PerToken.TotalSeconds,
                latency_seconds = timing.Total.TotalSeconds,
                failure = timing.Failure,
            });
            stream.WriteByte((byte)'\n');
        }
    });

    /// <summary>The nearest-rank percentile; zero of nothing.</summary>
    internal static TimeSpan Percentile(TimeSpan[] times, double percentile)
    {
        if (times.Length == 0)
        {
            return TimeSpan.Zero;
        }

        Array.Sort(times);
        return times[Math.Max(0, (int)Math.Ceiling(percentile * times.Length) - 1)];
    }

    private static TimeSpan Mean(TimeSpan[] times) =>
        TimeSpan.FromSeconds(times.Length == 0 ? 0 : times.Average(time => time.TotalSeconds));
}
