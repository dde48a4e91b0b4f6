using System.Text.Json;

namespace Puyu.Cli.Quickstart;

/// <summary>What a training run's metrics file says.</summary>
internal sealed record RunFacts
{
    /// <summary>Number of weights.</summary>
    public required long Parameters { get; init; }

    /// <summary>Optimizer updates.</summary>
    public required int Steps { get; init; }

    /// <summary>Tokens of all steps.</summary>
    public required long Tokens { get; init; }

    /// <summary>Time of all steps.</summary>
    public required double Seconds { get; init; }

    /// <summary>Share of the measured peak, over all steps.</summary>
    public required double Utilization { get; init; }

    /// <summary>Loss of each step.</summary>
    public required IReadOnlyList<CurvePoint> Losses { get; init; }

    /// <summary>Loss on held-out data.</summary>
    public required IReadOnlyList<CurvePoint> ValidationLosses { get; init; }

    /// <summary>Tokens a second.</summary>
    public double TokensPerSecond => Tokens / Seconds;

    /// <summary>Reads the metrics of a run.</summary>
    /// <param name="folder">Folder of the run.</param>
    /// <param name="parameters">Number of weights.</param>
    /// <param name="peakFlopsPerSecond">What the processor was measured to reach.</param>
    public static RunFacts Read(string folder, long parameters, double peakFlopsPerSecond)
    {
        var steps = new SortedDictionary<int, JsonElement>();
        var validations = new SortedDictionary<int, double>();
        foreach (string line in File.ReadLines(Path.Combine(folder, "metrics.jsonl")))
        {
            JsonElement entry = JsonSerializer.Deserialize<JsonElement>(line);
            int step = entry.GetProperty("step").GetInt32();
            if (entry.GetProperty("kind").GetString() == "validation")
            {
                validations[step] = entry.GetProperty("loss").GetDouble();
            }
            else
            {
                steps[step] = entry;
            }
        }

        double seconds = steps.Values.Sum(entry => entry.GetProperty("seconds").GetDouble());
        double flops = steps.Values.Sum(
            entry => entry.GetProperty("flopsPerSecond").GetDouble() * entry.GetProperty("seconds").GetDouble());
        return new RunFacts
        {
            Parameters = parameters,
            Steps = steps.Keys.Last(),
            Tokens = steps.Values.Last().GetProperty("totalTokens").GetInt64(),
            Seconds = seconds,
            Utilization = flops / seconds / peakFlopsPerSecond,
            Losses = [.. steps.Select(entry => new CurvePoint(entry.Key, entry.Value.GetProperty("loss").GetDouble()))],
            ValidationLosses = [.. validations.Select(entry => new CurvePoint(entry.Key, entry.Value))],
        };
    }
}
