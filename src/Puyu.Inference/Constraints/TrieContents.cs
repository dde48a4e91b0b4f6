using System.Buffers;
using System.Text;

namespace Puyu.Inference.Constraints;

/// <summary>What the subtrees of a trie of tokens hold, so that a whole subtree can be judged at once.</summary>
internal sealed class TrieContents
{
    /// <param name="trie">Of the vocabulary.</param>
    /// <param name="vocabulary">Whose text tokens these are.</param>
    public TrieContents(TokenTrie trie, TokenVocabulary vocabulary)
    {
        Kinds = new ulong[trie.Labels.Length];
        Lengths = new int[trie.Labels.Length];
        int[] starts = CharacterStarts(trie, vocabulary);
        AddSubtrees(trie);
        for (int node = 0; node < starts.Length; node++)
        {
            // Inside a character its kind says nothing about the bytes that are left of it.
            Kinds[node] |= starts[node] == trie.Depths[node] ? 0 : CharacterKinds.Broken;
        }
    }

    /// <summary>
    /// By node: the <see cref="CharacterKinds"/> from its label to the ends of the tokens of its subtree.
    /// </summary>
    public ulong[] Kinds { get; }

    /// <summary>By node: the most characters from its label to the end of a token of its subtree.</summary>
    public int[] Lengths { get; }

    /// <summary>By node: where the character of its label begins; fills in what each label adds.</summary>
    private int[] CharacterStarts(TokenTrie trie, TokenVocabulary vocabulary)
    {
        int[] starts = new int[Kinds.Length];
        int[] next = new int[trie.MaxDepth + 1]; // by depth, along the path to the node
        for (int node = 0; node < starts.Length; node++)
        {
            int depth = trie.Depths[node];
            starts[node] = next[depth];
            ReadOnlySpan<byte> bytes = vocabulary.TokenBytes(vocabulary.Sorted[trie.FirstTokens[node]]);
            OperationStatus status = Rune.DecodeFromUtf8(bytes[starts[node]..(depth + 1)], out Rune rune, out _);
            bool isWhole = status == OperationStatus.Done;
            bool endsToken = trie.FirstTokens[node] < trie.FirstTokens[node + 1];
            next[depth + 1] = isWhole ? depth + 1 : starts[node];
            Lengths[node] = isWhole ? 1 : 0;
            Kinds[node] = isWhole ? CharacterKinds.Of(rune.Value)
                : status == OperationStatus.InvalidData || endsToken ? CharacterKinds.Broken
                : 0;
        }

        return starts;
    }

    private void AddSubtrees(TokenTrie trie)
    {
        int[] parents = new int[trie.MaxDepth + 1];
        int[] parentOf = new int[Kinds.Length];
        for (int node = 0; node < parentOf.Length; node++)
        {
            int depth = trie.Depths[node];
            parentOf[node] = depth == 0 ? -1 : parents[depth - 1];
            parents[depth] = node;
        }

        // From the last to the first node: below[parent] is the longest of the children seen so far.
        int[] below = new int[Kinds.Length];
        for (int node = parentOf.Length - 1; node >= 0; node--)
        {
            Lengths[node] += below[node];
            if (parentOf[node] >= 0)
            {
                Kinds[parentOf[node]] |= Kinds[node];
                below[parentOf[node]] = Math.Max(below[parentOf[node]], Lengths[node]);
            }
        }
    }
}
