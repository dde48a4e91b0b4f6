using Puyu.Abstractions.Engine;
using Puyu.Inference.Sampling;

namespace Puyu.Inference.Constraints;

/// <summary>Finds the tokens that can follow a set of states, and keeps what it found.</summary>
/// <remarks>
/// <para>
/// Each place is first judged by its own rule alone, once for all callers: most tokens are accepted or refused
/// without leaving the rule. Only below nodes where the rule ends inside a token are the real callers asked. That is
/// the split into context-independent and context-dependent tokens of XGrammar.
/// </para>
/// <para>Source: Dong et al., XGrammar, 2024 (arXiv:2411.15100). May be shared by threads.</para>
/// </remarks>
/// <param name="automaton">Of the constraint.</param>
/// <param name="vocabulary">Of the model.</param>
internal sealed class MaskBuilder(LazyAutomaton automaton, TokenVocabulary vocabulary)
{
    /// <summary>Masks that are kept: 12 KiB each for 92,544 tokens.</summary>
    private const int MaxMasks = 500;

    /// <summary>
    /// Places that may be gone through for one mask: about two seconds' worth, a thousand times what JSON needs.
    /// </summary>
    private const long MaxWork = 30_000_000;

    /// <summary>
    /// Nodes of a subtree that is worth finding out what can follow in a run, where that is not known of a set.
    /// </summary>
    private const int MinSubtree = 64;

    private readonly CharacterRuns _runs = new(automaton);
    private readonly Queue<StateSet> _withMasks = new();
    private readonly Lock _lock = new();
    private long _workLimit;

    /// <summary>The tokens that can follow, without those that end a completion. Not to be changed.</summary>
    public uint[] Mask(StateSet set)
    {
        if (set.Mask is { } known)
        {
            return known;
        }

        lock (_lock)
        {
            _workLimit = automaton.Work + MaxWork;
            uint[] mask = Build(set);
            set.Mask = mask;
            Keep(set);
            return mask;
        }
    }

    private uint[] Build(StateSet set)
    {
        uint[] mask = new uint[TokenMask.Length(vocabulary.Size)];
        foreach (StateSet local in automaton.Localize(set))
        {
            LocalMask found = local.Local ?? BuildLocal(local);
            for (int i = 0; i < mask.Length; i++)
            {
                mask[i] |= found.Accepted[i];
            }

            foreach (int node in found.Uncertain)
            {
                AddBelow(set, node, mask);
            }
        }

        foreach ((int state, CallStack _) in set.Places)
        {
            foreach ((int tokenId, int _) in automaton.Automaton[state].Specials)
            {
                TokenMask.Add(mask, tokenId);
            }
        }

        return mask;
    }

    /// <summary>Walks the whole trie from places of one rule.</summary>
    private LocalMask BuildLocal(StateSet local)
    {
        uint[] accepted = new uint[TokenMask.Length(vocabulary.Size)];
        var uncertain = new List<int>();
        Walk(local, 0, vocabulary.Trie.Labels.Length, accepted, uncertain);
        local.Local = new LocalMask(accepted, [.. uncertain]);
        Keep(local);
        return local.Local;
    }

    /// <summary>Walks the subtree of a node from where the set really stands.</summary>
    private void AddBelow(StateSet set, int root, uint[] mask)
    {
        TokenTrie trie = vocabulary.Trie;
        ReadOnlySpan<byte> bytes = vocabulary.TokenBytes(vocabulary.Sorted[trie.FirstTokens[root]]);
        StateSet start = automaton.Step(set, bytes[..trie.Depths[root]]);
        if (!start.IsDead)
        {
            Walk(start, root, trie.Ends[root], mask, uncertain: null);
        }
    }

    /// <summary>Adds the tokens that end at nodes to which bytes lead.</summary>
    /// <param name="start">Before the label of the first node.</param>
    /// <param name="first">First node.</param>
    /// <param name="end">Behind the last node; none before is less deep than the first.</param>
    /// <param name="mask">Added to.</param>
    /// <param name="uncertain">Takes nodes below which unknown callers decide; null if all are known.</param>
    private void Walk(StateSet start, int first, int end, uint[] mask, List<int>? uncertain)
    {
        TokenTrie trie = vocabulary.Trie;
        (byte[] labels, ushort[] depths, int[] ends) = (trie.Labels, trie.Depths, trie.Ends);
        byte[] classes = automaton.Automaton.ByteClasses;
        var path = new StateSet[trie.MaxDepth + 1];
        bool[] escaped = new bool[trie.MaxDepth + 1];
        path[first < end ? depths[first] : 0] = start; // a vocabulary may have no text at all
        for (int node = first; node < end;)
        {
            int depth = depths[node];
            StateSet set = path[depth];
            if (CanFollow(set, node))
            {
                AddTokens(node, ends[node], mask);
                node = ends[node];
                continue;
            }

            StateSet next = set.Steps[classes[labels[node]]] ?? StepRefusingLongWork(set, labels[node]);
            if (next.IsDead)
            {
                if (escaped[depth])
                {
                    uncertain?.Add(node);
                }

                node = ends[node];
                continue;
            }

            path[depth + 1] = next;
            escaped[depth + 1] = escaped[depth] || next.Escapes;
            AddTokens(node, node + 1, mask);
            node++;
        }
    }

    /// <summary>Whether all tokens of a subtree can follow a set, as far as that shows without reading them.</summary>
    private bool CanFollow(StateSet set, int node)
    {
        if (set.Run is null && vocabulary.Trie.Ends[node] - node < MinSubtree)
        {
            return false;
        }

        CharacterRun run = set.Run ?? RunRefusingLongWork(set);
        TrieContents contents = vocabulary.TrieContents;
        return (contents.Kinds[node] & ~run.Kinds) == 0 && contents.Lengths[node] <= run.MaxLength;
    }

    private void AddTokens(int firstNode, int endNode, uint[] mask)
    {
        int[] firstTokens = vocabulary.Trie.FirstTokens;
        foreach (int token in vocabulary.Sorted[firstTokens[firstNode]..firstTokens[endNode]])
        {
            TokenMask.Add(mask, token);
        }
    }

    private CharacterRun RunRefusingLongWork(StateSet set)
    {
        RefuseLongWork();
        return _runs.From(set);
    }

    private StateSet StepRefusingLongWork(StateSet set, byte value)
    {
        RefuseLongWork();
        return automaton.Step(set, value);
    }

    private void RefuseLongWork()
    {
        if (automaton.Work > _workLimit)
        {
            throw new EngineException(
                EngineErrorCode.InvalidConstraint,
                $"finding the next tokens goes through more than {MaxWork} places of the constraint, but must not; "
                + "make the constraint less ambiguous");
        }
    }

    private void Keep(StateSet set)
    {
        _withMasks.Enqueue(set);
        if (_withMasks.Count > MaxMasks)
        {
            StateSet oldest = _withMasks.Dequeue();
            oldest.Mask = null;
            oldest.Local = null;
        }
    }
}
