using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Puyu.Data.Lists;

/// <summary>Finds all of many words in a text in one pass. Safe for several threads.</summary>
/// <remarks>
/// A trie in a double array (the child of state s by class c is base[s] + c if check of that is s) with links to the
/// longest suffix that is also in the trie. If all words begin at a border of words, links to suffixes that do not are
/// left out, and a text is skipped to the next word as soon as nothing can match. Sources: Aho and Corasick, Efficient
/// String Matching, CACM 18, 1975; Aoe, An Efficient Digital Search Algorithm by Using a Double-Array Structure, 1989.
/// </remarks>
internal sealed class AhoCorasick
{
    private const ushort WordBit = 0x8000;
    private const ushort ClassMask = 0x7FFF;

    private readonly ushort[] _classes;
    private readonly Node[] _nodes;
    private readonly int[] _links;
    private readonly int[] _shorter;
    private readonly int[] _patterns;
    private readonly string[] _words;
    private readonly bool _atWords;
    private readonly bool _beginsBeyondAscii;

    /// <summary>Builds the automaton.</summary>
    /// <param name="words">Not empty and folded, each once.</param>
    /// <param name="atWords">
    /// Whether a word of the list is found only where a word of the text begins; all must begin with a letter then.
    /// </param>
    public AhoCorasick(IReadOnlyList<string> words, bool atWords)
    {
        _words = [.. words];
        _atWords = atWords;
        _beginsBeyondAscii = _words.All(word => word[0] > 127);
        _classes = Classify(_words, out int classes);
        var trie = new Trie(_words, _classes);
        trie.Link(_classes, atWords);
        int[] places = trie.Place(classes, out int length);
        _nodes = new Node[length + classes + 1];
        _links = new int[_nodes.Length];
        _shorter = new int[_nodes.Length];
        _patterns = new int[_nodes.Length];
        Array.Fill(_nodes, new Node { Check = -1 });
        Array.Fill(_patterns, -1);
        for (int state = 0; state < trie.Count; state++)
        {
            int place = places[state];
            bool isFinal = trie.Patterns[state] >= 0 || trie.Shorter[state] != 0;
            _nodes[place].BaseAndFinal = (trie.Bases[state] << 1) | (isFinal ? 1 : 0);
            _nodes[place].Check = state == 0 ? -1 : places[trie.Parents[state]];
            _links[place] = places[trie.Links[state]];
            _patterns[place] = trie.Patterns[state];
            _shorter[place] = places[trie.Shorter[state]];
        }
    }

    /// <summary>The words, as given.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Appends every occurrence: where it begins and which word it is; in the order of their ends.</summary>
    /// <param name="text">The text.</param>
    /// <param name="found">Made if there is any.</param>
    public void Find(ReadOnlySpan<char> text, ref List<(int Start, int Word)>? found)
    {
        ref ushort classes = ref MemoryMarshal.GetArrayDataReference(_classes);
        ref Node nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        int state = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (state == 0 && (i = SkipHopeless(text, i)) == text.Length)
            {
                return;
            }

            // Every class has a row and base + class lies in the array, which is padded by the number of classes.
            int c = Unsafe.Add(ref classes, text[i]) & ClassMask;
            int next = (Unsafe.Add(ref nodes, state).BaseAndFinal >> 1) + c;
            while (Unsafe.Add(ref nodes, next).Check != state && state != 0)
            {
                state = _links[state];
                bool mayBegin = state != 0 || !_atWords || !IsInsideWord(text, i);
                next = mayBegin ? (Unsafe.Add(ref nodes, state).BaseAndFinal >> 1) + c : 0;
            }

            // The root's children have check 0, and only they: the root itself, place 0, and free places have −1.
            Node reached = Unsafe.Add(ref nodes, next);
            if (reached.Check == state)
            {
                state = next;
                if ((reached.BaseAndFinal & 1) != 0)
                {
                    Report(state, i + 1, found ??= []);
                }
            }
        }
    }

    private bool IsInsideWord(ReadOnlySpan<char> text, int i) => i > 0 && (_classes[text[i - 1]] & WordBit) != 0;

    /// <summary>At the root: the next place where a word may begin.</summary>
    private int SkipHopeless(ReadOnlySpan<char> text, int i)
    {
        if (_atWords)
        {
            ref ushort classes = ref MemoryMarshal.GetArrayDataReference(_classes);
            while (i > 0 && i < text.Length && (Unsafe.Add(ref classes, text[i - 1]) & WordBit) != 0)
            {
                i++;
            }
        }
        else if (_beginsBeyondAscii && text[i] < 128)
        {
            int skipped = text[i..].IndexOfAnyExceptInRange('\0', '\x7F');
            return skipped < 0 ? text.Length : i + skipped;
        }

        return i;
    }

    private void Report(int state, int end, List<(int Start, int Word)> found)
    {
        for (; state != 0; state = _shorter[state])
        {
            int word = _patterns[state];
            if (word >= 0)
            {
                found.Add((end - _words[word].Length, word));
            }
        }
    }

    /// <summary>Numbers the characters that occur in words; all that fold to one share its number; 0 is the rest.
    /// </summary>
    private static ushort[] Classify(string[] words, out int count)
    {
        ushort[] ofFolded = new ushort[char.MaxValue + 1];
        count = 1;
        foreach (string word in words)
        {
            foreach (char c in word)
            {
                if (ofFolded[c] == 0)
                {
                    ofFolded[c] = (ushort)count++;
                }
            }
        }

        ushort[] classes = new ushort[char.MaxValue + 1];
        for (int c = 0; c <= char.MaxValue; c++)
        {
            classes[c] = (ushort)(ofFolded[CharacterClasses.Fold((char)c)]
                | (CharacterClasses.IsOfWord((char)c) ? WordBit : 0));
        }

        return classes;
    }

    private struct Node
    {
        public int BaseAndFinal; // bit 0: whether a word ends here
        public int Check;
    }
}
