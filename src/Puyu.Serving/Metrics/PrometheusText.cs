using System.Globalization;
using System.Text;
using Puyu.Abstractions.Engine;

namespace Puyu.Serving.Metrics;

/// <summary>The metrics of server and engine in Prometheus' text format, under LMDeploy's names.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Write(IInferenceEngine engine, InferenceGate gate, ServerMetrics metrics)
    {
        EngineStatistics now = engine.Statistics;
        string labels = $"model_name=\"{Escape(engine.Card.Name)}\"";
        var text = new StringBuilder();
        Counter("num_requests_succeeded", "Requests that were answered.", metrics.Succeeded);
        Counter("num_requests_failed", "Requests that failed.", metrics.Failed);
        Gauge("num_api_requests_routed", "Requests being served.", gate.Running);
        Gauge("num_api_requests_waiting", "Requests that wait for a place.", gate.Waiting);
        Gauge("num_requests_running", "Sequences in the batch.", now.Running);
        Gauge("num_requests_waiting", "Sequences that wait for blocks.", now.Waiting);
        Gauge("kv_blocks", "Blocks of the key-value cache.", now.Blocks);
        Gauge("kv_blocks_used", "Blocks held by sequences.", now.UsedBlocks);
        Gauge("kv_blocks_cached", "Blocks that hold prefixes nobody uses.", now.CachedBlocks);
        Gauge("kv_block_bytes", "Bytes of a block.", now.BlockBytes);
        Gauge("gpu_cache_usage_perc", "Share of blocks held by sequences.", Share(now.UsedBlocks, now.Blocks));
        Gauge("prefix_cache_hit_rate", "Share of prompt tokens that were cached.",
            Share(now.CachedTokens, now.PromptTokens));
        Counter("prompt_tokens_total", "Tokens of prompts.", now.PromptTokens);
        Counter("cached_tokens_total", "Tokens of prompts that were cached.", now.CachedTokens);
        Counter("generation_tokens_total", "Tokens drawn.", now.CompletionTokens);
        Counter("iterations_total", "Forward passes.", now.Steps);
        Counter("num_preemptions_total", "Sequences computed again for want of blocks.", now.Preemptions);
        Counter("spec_decode_num_draft_tokens_total", "Tokens proposed by speculation.", now.DraftTokens);
        Counter("spec_decode_num_accepted_tokens_total", "Proposed tokens accepted.", now.AcceptedTokens);
        AppendFinished(text, labels, metrics);
        metrics.TimeToFirstToken.AppendTo(text, labels);
        metrics.TimePerOutputToken.AppendTo(text, labels);
        metrics.InterTokenLatency.AppendTo(text, labels);
        metrics.RequestLatency.AppendTo(text, labels);
        metrics.PromptTokens.AppendTo(text, labels);
        metrics.CompletionTokens.AppendTo(text, labels);
        return text.ToString();

        void Counter(string name, string help, double value) => Append(text, name, "counter", help, labels, value);
        void Gauge(string name, string help, double value) => Append(text, name, "gauge", help, labels, value);
    }

    private static void AppendFinished(StringBuilder text, string labels, ServerMetrics metrics)
    {
        text.Append("# HELP lmdeploy:request_success_total Completions by the reason of their end.\n")
            .Append("# TYPE lmdeploy:request_success_total counter\n");
        foreach ((string reason, long count) in metrics.Finished.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"lmdeploy:request_success_total{{{labels},finished_reason=\"{reason}\"}} {count}\n");
        }
    }

    private static void Append(
        StringBuilder text, string name, string type, string help, string labels, double value) => text.Append(
            CultureInfo.InvariantCulture,
            $"# HELP lmdeploy:{name} {help}\n# TYPE lmdeploy:{name} {type}\nlmdeploy:{name}{{{labels}}} {value}\n");

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private static string Escape(string label) => label
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("\n", "\\n", StringComparison.Ordinal);
}
