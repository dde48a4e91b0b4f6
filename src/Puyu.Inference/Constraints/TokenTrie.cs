namespace Puyu.Inference.Constraints;

/// <summary>
/// The text tokens as a tree of bytes, in depth-first order: the subtree of a node is a range of nodes.
/// </summary>
internal sealed class TokenTrie
{
    /// <param name="vocabulary">Whose text tokens these are.</param>
    public TokenTrie(TokenVocabulary vocabulary)
    {
        var labels = new List<byte>();
        var depths = new List<ushort>();
        var firstTokens = new List<int>();
        ReadOnlySpan<int> sorted = vocabulary.Sorted;
        ReadOnlySpan<byte> last = [];
        for (int token = 0; token < sorted.Length; token++)
        {
            // A token of the same bytes as the one before adds no node and ends where that one does.
            ReadOnlySpan<byte> bytes = vocabulary.TokenBytes(sorted[token]);
            for (int depth = last.CommonPrefixLength(bytes); depth < bytes.Length; depth++)
            {
                labels.Add(bytes[depth]);
                depths.Add((ushort)depth);
                firstTokens.Add(token);
            }

            last = bytes;
        }

        firstTokens.Add(sorted.Length);
        Labels = [.. labels];
        Depths = [.. depths];
        FirstTokens = [.. firstTokens];
        Ends = EndsOf(Depths);
        MaxDepth = depths.Count == 0 ? 0 : depths.Max() + 1;
    }

    /// <summary>Byte on the edge to a node.</summary>
    public byte[] Labels { get; }

    /// <summary>Bytes before the label of a node.</summary>
    public ushort[] Depths { get; }

    /// <summary>The node behind the subtree of a node.</summary>
    public int[] Ends { get; }

    /// <summary>
    /// Tokens that end at node n are <see cref="TokenVocabulary.Sorted"/>[FirstTokens[n] .. FirstTokens[n + 1]]: the
    /// nodes of one token's path end no token but the last of them.
    /// </summary>
    public int[] FirstTokens { get; }

    /// <summary>Bytes of the longest token.</summary>
    public int MaxDepth { get; }

    private static int[] EndsOf(ushort[] depths)
    {
        int[] ends = new int[depths.Length];
        var open = new Stack<int>();
        for (int node = 0; node < depths.Length; node++)
        {
            while (open.TryPeek(out int other) && depths[other] >= depths[node])
            {
                ends[open.Pop()] = node;
            }

            open.Push(node);
        }

        while (open.TryPop(out int node))
        {
            ends[node] = depths.Length;
        }

        return ends;
    }
}
