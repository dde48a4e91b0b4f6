using System.CommandLine;
using System.Net;
using Puyu.Serving.Proxy;

namespace Puyu.Cli.Commands;

/// <summary><c>puyu serve proxy</c>: one address for many servers.</summary>
internal static class ProxyCommand
{
    /// <summary>Environment variable with a key, so that it need not stand on a command line.</summary>
    private const string KeyVariable = "PUYU_API_KEY";

    public static Command Create()
    {
        var defaults = new ProxyOptions();
        var host = new Option<string>("--host")
        {
            Description = "Address to listen on; 0.0.0.0 for all interfaces.",
            DefaultValueFactory = _ => defaults.Address.ToString(),
        };
        var port = new Option<int>("--port")
        {
            Description = "Port to listen on; 0 takes a free one.",
            DefaultValueFactory = _ => defaults.Port,
        };
        var strategy = new Option<string>("--strategy")
        {
            Description = "How a server is chosen: random, least-expected-latency or cache-aware.",
            DefaultValueFactory = _ => "least-expected-latency",
        };
        strategy.AcceptOnlyFromAmong("random", "least-expected-latency", "cache-aware");
        var heartbeat = new Option<int>("--heartbeat-seconds")
        {
            Description = "Time between two questions to a server whether it is healthy.",
            DefaultValueFactory = _ => (int)defaults.Heartbeat.TotalSeconds,
        };
        Option<string[]> keys = KeysOption();
        var command = new Command("proxy", "Pass requests on to servers that register with --proxy-url.")
        {
            host, port, strategy, heartbeat, keys,
        };
        command.SetAction((line, cancellation) => ServeAsync(
            new ProxyOptions
            {
                Address = IPAddress.TryParse(line.GetValue(host), out IPAddress? address)
                    ? address
                    : throw new ArgumentException($"--host is {line.GetValue(host)} but must be an IP address"),
                Port = line.GetValue(port),
                Strategy = line.GetValue(strategy) switch
                {
                    "random" => RoutingStrategy.Random,
                    "cache-aware" => RoutingStrategy.CacheAware,
                    _ => RoutingStrategy.LeastExpectedLatency,
                },
                Heartbeat = TimeSpan.FromSeconds(line.GetValue(heartbeat)),
                ApiKeys = KeysOf(line, keys),
            },
            cancellation));
        return command;
    }

    /// <summary>The option of keys, which the server has too.</summary>
    public static Option<string[]> KeysOption() => new("--api-key")
    {
        Description = $"A key of which callers must send one; may be given several times. {KeyVariable} adds another.",
        DefaultValueFactory = _ => [],
    };

    /// <summary>The keys of the command line and of the environment.</summary>
    public static IReadOnlyList<string> KeysOf(ParseResult line, Option<string[]> keys) =>
        Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key
            ? [.. line.GetRequiredValue(keys), key]
            : line.GetRequiredValue(keys);

    private static async Task ServeAsync(ProxyOptions options, CancellationToken cancellation)
    {
        await using var proxy = new ProxyServer(options, TimeProvider.System);
        await proxy.StartAsync(cancellation);
        Console.WriteLine($"listening   {proxy.Address}");
        Console.WriteLine($"servers     puyu serve MODEL --port 0 --proxy-url {proxy.Address}");
        Console.WriteLine("Ctrl-C stops it once running requests have finished.");
        await proxy.WaitForShutdownAsync(cancellation);
        Console.WriteLine("stopped");
    }
}
