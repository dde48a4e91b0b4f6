namespace Puyu.Serving.Proxy;

/// <summary>How a proxy chooses among the nodes that serve a model.</summary>
public enum RoutingStrategy
{
    /// <summary>By chance, in proportion to the speed that nodes state.</summary>
    Random,

    /// <summary>The node with the least unfinished work for its speed.</summary>
    LeastExpectedLatency,

    /// <summary>
    /// The node that has seen the longest beginning of this prompt, unless it has much more to do than the idlest.
    /// </summary>
    CacheAware,
}
