using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Puyu.Serving.Tests.Support;

namespace Puyu.Serving.Tests;

public class MetricsTests
{
    [Fact]
    public async Task Text_CountsWhatClientsCount()
    {
        await using TestServer server = await TestServer.StartAsync();
        for (int i = 0; i < 3; i++)
        {
            await server.AskAsync("/v1/chat/completions", """{"messages":"hi","n":2}""");
        }

        await server.AskAsync("/v1/chat/completions", """{"messages":[]}""");
        Dictionary<string, double> metrics = Parse(await server.Client.GetStringAsync("/metrics"));

        Assert.Equal(3, Value("num_requests_succeeded"));
        Assert.Equal(1, Value("num_requests_failed"));
        Assert.Equal(6, metrics["lmdeploy:request_success_total{model_name=\"scripted\",finished_reason=\"stop\"}"]);
        Assert.Equal(6, Value("time_to_first_token_seconds_count"));
        Assert.Equal(6 * 3, Value("iter_token_latency_count"));
        Assert.Equal(6, Value("time_per_output_token_seconds_count"));
        Assert.Equal(6 * 4, Value("request_generation_tokens_sum"));
        Assert.Equal(3 * 8, Value("request_prompt_tokens_sum"));
        Assert.Equal(4, Value("e2e_request_latency_seconds_count"));
        Assert.Equal(0.25, Value("gpu_cache_usage_perc"));
        Assert.Equal(7, Value("generation_tokens_total"));

        double Value(string name) => metrics[$"lmdeploy:{name}{{model_name=\"scripted\"}}"];
    }

    [Fact]
    public async Task Buckets_RiseToTheCount()
    {
        await using TestServer server = await TestServer.StartAsync();
        await server.AskAsync("/v1/completions", """{"prompt":"hi"}""");

        string text = await server.Client.GetStringAsync("/metrics");
        double[] buckets = [.. Parse(text).Where(
            sample => sample.Key.StartsWith("lmdeploy:request_prompt_tokens_bucket", StringComparison.Ordinal))
            .Select(sample => sample.Value)];

        Assert.Equal([0, 0, .. Enumerable.Repeat(1.0, buckets.Length - 2)], buckets);
    }

    [Fact]
    public async Task Instruments_HaveOpenTelemetrysNames()
    {
        var seen = new HashSet<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Puyu.Serving")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Add(instrument.Name));
        listener.SetMeasurementEventCallback<long>((instrument, _, _, _) => Add(instrument.Name));
        listener.Start();
        using var activities = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Puyu.Serving",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity => Add(activity.DisplayName),
        };
        ActivitySource.AddActivityListener(activities);
        await using TestServer server = await TestServer.StartAsync();

        await server.AskAsync("/v1/chat/completions", """{"messages":"hi"}""");

        lock (seen)
        {
            Assert.Superset(
                new HashSet<string>
                {
                    "gen_ai.server.request.duration", "gen_ai.server.time_to_first_token",
                    "gen_ai.server.time_per_output_token", "gen_ai.client.token.usage", "text_completion scripted",
                },
                seen);
        }

        void Add(string name)
        {
            lock (seen)
            {
                seen.Add(name);
            }
        }
    }

    /// <summary>Reads Prometheus' text: each sample has a name, labels and a number, below its HELP and TYPE.</summary>
    private static Dictionary<string, double> Parse(string text)
    {
        var samples = new Dictionary<string, double>();
        string? family = null;
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                family = line.Split(' ')[2];
            }
            else if (!line.StartsWith('#'))
            {
                int space = line.LastIndexOf(' ');
                Assert.StartsWith(family!, line, StringComparison.Ordinal);
                samples.Add(line[..space], double.Parse(line[(space + 1)..], CultureInfo.InvariantCulture));
            }
        }

        return samples;
    }
}
