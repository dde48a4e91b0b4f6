using System.CommandLine;
using System.Globalization;
using Puyu.Abstractions.Engine;
using Puyu.Cli.Recipes;
using Puyu.Inference.Engine;
using Puyu.Serving;
using Puyu.Serving.Quotas;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu serve MODEL</c>: an OpenAI-compatible server.</summary>
internal static class ServeCommand
{
    private static readonly ServerOptions _defaults = new();

    private static readonly Dictionary<string, ReasoningParser> _parsers = new(StringComparer.Ordinal)
    {
        ["none"] = ReasoningParser.None,
        ["think"] = ReasoningParser.Think,
        ["deepseek-r1"] = ReasoningParser.DeepSeekR1,
    };

    public static Command Create()
    {
        var engine = new EngineArguments();
        var name = new Option<string?>("--model-name") { Description = "Name that requests use; the folder's." };
        var host = new Option<string>("--host")
        {
            Description = "Address to listen on; 0.0.0.0 for all interfaces.",
            DefaultValueFactory = _ => _defaults.Host,
        };
        var port = new Option<int>("--port")
        {
            Description = "Port to listen on; 0 takes a free one.",
            DefaultValueFactory = _ => _defaults.Port,
        };
        var grpcPort = new Option<int?>("--grpc-port")
        {
            Description = "Second port for KServe over gRPC, which needs HTTP/2 (Triton's is 33337).",
        };
        var keys = ProxyCommand.KeysOption();
        var origins = new Option<string[]>("--allow-origin")
        {
            Description = "Origins whose pages may call the server.",
            DefaultValueFactory = _ => [.. _defaults.AllowedOrigins],
        };
        var certificate = new Option<string?>("--tls-certificate")
        {
            Description = "A .pfx or .pem file: serves HTTPS.",
        };
        var certificateKey = new Option<string?>("--tls-key")
        {
            Description = "The .pem file of the certificate's key.",
        };
        var password = new Option<string?>("--tls-password") { Description = "Password of the certificate's file." };
        var concurrent = new Option<int?>("--max-requests")
        {
            Description = $"Requests served at once; {_defaults.MaxConcurrent}, or with --qos as many as --max-batch.",
        };
        var qos = new Option<string?>("--qos")
        {
            Description = "JSON file with quotas of groups of users: see docs/serving.md.",
        };
        var queued = new Option<int>("--max-queued")
        {
            Description = "Requests that wait; more are answered with 429.",
            DefaultValueFactory = _ => _defaults.MaxQueued,
        };
        var drain = new Option<int>("--drain-seconds")
        {
            Description = "Time for running requests once the server is told to stop.",
            DefaultValueFactory = _ => (int)_defaults.DrainTimeout.TotalSeconds,
        };
        var adapters = new Option<string[]>("--adapter")
        {
            Description = "A LoRA adapter as NAME=FOLDER; may be given several times.",
            DefaultValueFactory = _ => [],
        };
        var reasoning = new Option<string>("--reasoning-parser")
        {
            Description = "How reasoning is told from answers: think (between <think> and </think> at the beginning), "
                + "deepseek-r1 (every completion begins with it) or none.",
            DefaultValueFactory = _ => "none",
        };
        reasoning.AcceptOnlyFromAmong([.. _parsers.Keys]);
        var anyModel = new Option<bool>("--any-model") { Description = "Answer whatever model a request names." };
        var administration = new Option<bool>("--allow-administration")
        {
            Description = "Let clients load adapters, put the model to sleep and abort what others run.",
        };
        var proxy = new Option<string?>("--proxy-url") { Description = "A proxy to register with." };
        var proxyKey = new Option<string?>("--proxy-key") { Description = "A key of the proxy." };
        var publicUrl = new Option<string?>("--public-url")
        {
            Description = "Address at which the proxy reaches this.",
        };
        var command = new Command("serve", "Serve a model over HTTP with OpenAI's protocol.")
        {
            name, host, port, grpcPort, keys, origins, certificate, certificateKey, password, concurrent, qos, queued,
            drain, adapters, reasoning, anyModel, administration, proxy, proxyKey, publicUrl, ProxyCommand.Create(),
        };
        engine.AddTo(command);
        command.SetAction((line, cancellation) =>
        {
            EngineOptions engineOptions = engine.Read(line) with { Name = line.GetValue(name) };
            QosOptions? quotas = line.GetValue(qos) is { } file
                ? RecipeFile.Load<QosOptions>(file, [], "quotas")
                : null;
            ServerOptions options = new ServerOptions
            {
                Host = line.GetRequiredValue(host),
                Port = line.GetValue(port),
                Http2Port = line.GetValue(grpcPort),
                ApiKeys = ProxyCommand.KeysOf(line, keys),
                AllowedOrigins = line.GetRequiredValue(origins),
                Tls = line.GetValue(certificate) is { } path
                    ? new TlsOptions(path, line.GetValue(certificateKey), line.GetValue(password))
                    : null,
                MaxConcurrent = line.GetValue(concurrent)
                    ?? (quotas is null ? _defaults.MaxConcurrent : engineOptions.MaxBatch),
                Qos = quotas,
                MaxQueued = line.GetValue(queued),
                DrainTimeout = TimeSpan.FromSeconds(line.GetValue(drain)),
                Reasoning = _parsers[line.GetRequiredValue(reasoning)],
                AcceptsAnyModel = line.GetValue(anyModel),
                AllowsAdministration = line.GetValue(administration),
                Proxy = line.GetValue(proxy) is { } url ? new Uri(url) : null,
                ProxyKey = line.GetValue(proxyKey),
                PublicUrl = line.GetValue(publicUrl) is { } address ? new Uri(address) : null,
            }.Validated();
            return ServeAsync(
                line.GetRequiredValue(engine.Model), engineOptions, options, line.GetRequiredValue(adapters),
                cancellation);
        });
        return command;
    }

    private static async Task ServeAsync(
        string model, EngineOptions engineOptions, ServerOptions options, IReadOnlyList<string> adapters,
        CancellationToken cancellation)
    {
        long began = TimeProvider.System.GetTimestamp();
        await using InferenceEngine engine = InferenceEngine.Load(model, engineOptions, TimeProvider.System);
        foreach (string adapter in adapters)
        {
            string[] parts = adapter.Split('=', 2);
            if (parts is not [{ Length: > 0 } name, { Length: > 0 } folder])
            {
                throw new ArgumentException($"--adapter is {adapter} but must be NAME=FOLDER");
            }

            await engine.LoadAdapterAsync(name, folder, cancellation);
        }

        await using var server = new InferenceServer(engine, options, TimeProvider.System);
        await server.StartAsync(cancellation);
        Show(engine, server, TimeProvider.System.GetElapsedTime(began));
        await server.WaitForShutdownAsync(cancellation);
        Console.WriteLine("stopped");
    }

    private static void Show(InferenceEngine engine, InferenceServer server, TimeSpan elapsed)
    {
        EngineCard card = engine.Card;
        EngineStatistics statistics = engine.Statistics;
        double cacheGib = (double)statistics.Blocks * statistics.BlockBytes / (1L << 30);
        Line($"model       {card.Name}, loaded in {elapsed.TotalSeconds:F1} s");
        Line($"weights     {card.Weights}, {card.WeightBytes / 1e9:F2} GB a token");
        Line($"context     {card.ContextLength} tokens");
        Line($"cache       {(long)statistics.Blocks * statistics.BlockSize} tokens as {card.Cache}, {cacheGib:F2} GiB");
        Uri address = server.Addresses[0];
        Line($"listening   {string.Join(", ", server.Addresses)}");
        Line($"chat page   {address}");
        Line($"OpenAI API  {new Uri(address, "/v1")}");
        Line($"Ctrl-C stops it once running requests have finished.");

        static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
    }
}
