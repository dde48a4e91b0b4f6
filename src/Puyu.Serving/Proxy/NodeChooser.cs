using Puyu.Abstractions;

namespace Puyu.Serving.Proxy;

/// <summary>Chooses a node for a request.</summary>
/// <param name="options">Strategy and limits.</param>
internal sealed class NodeChooser(ProxyOptions options)
{
    private readonly PrefixTable _prefixes = new();
    private long _choices = -1;

    /// <summary>Chooses among nodes.</summary>
    /// <param name="nodes">At least one.</param>
    /// <param name="prompt">What the request asks to complete, as bytes; the same text gives the same bytes.</param>
    public Node Choose(IReadOnlyList<Node> nodes, ReadOnlySpan<byte> prompt)
    {
        switch (options.Strategy)
        {
            case RoutingStrategy.Random:
                return ByChance(nodes);
            case RoutingStrategy.CacheAware:
                Node chosen = ByCache(nodes, prompt);
                _prefixes.Add(prompt, chosen);
                return chosen;
            default:
                return Idlest(nodes);
        }
    }

    private Node ByChance(IReadOnlyList<Node> nodes)
    {
        double left = NextUniform() * nodes.Sum(node => node.Speed);
        foreach (Node node in nodes)
        {
            left -= node.Speed;
            if (left < 0)
            {
                return node;
            }
        }

        return nodes[^1];
    }

    /// <summary>The least expected latency; by chance among equals, so that equals share the work.</summary>
    private Node Idlest(IReadOnlyList<Node> nodes)
    {
        double least = nodes.Min(node => node.ExpectedLatency);
        Node[] equals = [.. nodes.Where(node => node.ExpectedLatency == least)];
        return equals[(int)(NextUniform() * equals.Length)];
    }

    private Node ByCache(IReadOnlyList<Node> nodes, ReadOnlySpan<byte> prompt)
    {
        int idlest = nodes.Min(node => node.Unfinished);
        return _prefixes.Find(prompt, nodes) is { } match && match.Node.Unfinished - idlest <= options.MaxImbalance
            ? match.Node
            : Idlest(nodes);
    }

    private double NextUniform() =>
        new CounterRandom(options.Seed, (ulong)Interlocked.Increment(ref _choices)).NextDouble();
}
