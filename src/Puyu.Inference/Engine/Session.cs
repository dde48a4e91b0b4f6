using Puyu.Inference.Caching;

namespace Puyu.Inference.Engine;

/// <summary>A conversation that goes on from request to request.</summary>
/// <param name="id">Chosen by who asks.</param>
internal sealed class Session(string id)
{
    /// <summary>Chosen by who asks.</summary>
    public string Id => id;

    /// <summary>Tokens of the prompts and completions so far.</summary>
    public int[] History { get; set; } = [];

    /// <summary>With what its keys and values are cached.</summary>
    public CacheSalt Salt { get; set; }

    /// <summary>Whether a request is completing it.</summary>
    public bool IsBusy { get; set; }
}
