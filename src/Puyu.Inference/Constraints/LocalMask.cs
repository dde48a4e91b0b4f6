namespace Puyu.Inference.Constraints;

/// <summary>What can follow some places of one rule, as far as that does not depend on its callers.</summary>
/// <param name="Accepted">Tokens that can follow for certain.</param>
/// <param name="Uncertain">Nodes of the trie of tokens below which it depends on the callers.</param>
internal sealed record LocalMask(uint[] Accepted, int[] Uncertain);
