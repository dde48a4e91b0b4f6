using System.Collections.Concurrent;

namespace Puyu.Serving.Proxy;

/// <summary>The nodes that a proxy knows.</summary>
/// <param name="time">Tells when a node was last seen.</param>
internal sealed class NodeTable(TimeProvider time)
{
    private readonly ConcurrentDictionary<Uri, Node> _nodes = [];

    /// <summary>All nodes, in the order of their addresses.</summary>
    public IReadOnlyList<Node> All =>
        [.. _nodes.Values.OrderBy(node => node.Url.AbsoluteUri, StringComparer.Ordinal)];

    /// <summary>Adds a node, or takes what it says anew if it is known.</summary>
    /// <param name="url">Its address.</param>
    /// <param name="models">Names of its models.</param>
    /// <param name="speed">Its relative speed; positive.</param>
    public Node Add(Uri url, IReadOnlyList<string> models, double speed)
    {
        Node node = _nodes.AddOrUpdate(
            url, _ => new Node(url, speed), (_, known) => known.Speed == speed ? known : new Node(url, speed));
        node.Models = models;
        Seen(node);
        return node;
    }

    /// <summary>Forgets a node; what it is doing goes on.</summary>
    /// <returns>False if there is no such node.</returns>
    public bool Remove(Uri url) => _nodes.TryRemove(url, out _);

    /// <summary>Notes that a node answered.</summary>
    public void Seen(Node node)
    {
        node.LastSeen = time.GetUtcNow();
        node.IsHealthy = true;
    }

    /// <summary>Forgets the nodes that did not answer for a time.</summary>
    public void Expire(TimeSpan age)
    {
        DateTimeOffset oldest = time.GetUtcNow() - age;
        foreach (Node node in _nodes.Values.Where(node => !node.IsHealthy && node.LastSeen < oldest))
        {
            _nodes.TryRemove(new KeyValuePair<Uri, Node>(node.Url, node));
        }
    }

    /// <summary>The healthy nodes that serve a model; without a name, all of them.</summary>
    public IReadOnlyList<Node> Serving(string? model) =>
        [.. All.Where(node => node.IsHealthy && (model is null || node.Models.Contains(model)))];

    /// <summary>Whether any node, healthy or not, serves a model.</summary>
    public bool Knows(string? model) => model is null
        ? !_nodes.IsEmpty
        : _nodes.Values.Any(node => node.Models.Contains(model));
}
