namespace Puyu.Data.Lists;

/// <summary>The trie of <see cref="AhoCorasick"/> while it is built. State 0 is the root.</summary>
internal sealed class Trie
{
    private readonly Dictionary<(int State, char Letter), int> _children = [];
    private readonly List<int> _firstChild = [0];
    private readonly List<int> _sibling = [0];
    private readonly List<char> _letters = ['\0'];
    private readonly ushort[] _classes;
    private readonly List<int> _breadthFirst = [0];

    /// <summary>Adds all words.</summary>
    /// <param name="words">Not empty.</param>
    /// <param name="classes">Of each character; the top bit is not part of it.</param>
    public Trie(string[] words, ushort[] classes)
    {
        _classes = classes;
        for (int word = 0; word < words.Length; word++)
        {
            int state = 0;
            foreach (char c in words[word])
            {
                int child = Child(state, c);
                state = child != 0 ? child : Add(state, c);
            }

            Patterns[state] = word;
        }

        Links = new int[Count];
        Shorter = new int[Count];
        Bases = new int[Count];
        for (int i = 0; i < _breadthFirst.Count; i++)
        {
            for (int child = _firstChild[_breadthFirst[i]]; child != 0; child = _sibling[child])
            {
                _breadthFirst.Add(child);
            }
        }
    }

    /// <summary>States.</summary>
    public int Count => _letters.Count;

    /// <summary>The state that each is a child of.</summary>
    public List<int> Parents { get; } = [0];

    /// <summary>The word that ends in each state; −1 for none.</summary>
    public List<int> Patterns { get; } = [-1];

    /// <summary>The state of the longest suffix of each that is in the trie.</summary>
    public int[] Links { get; }

    /// <summary>The state of the longest suffix of each that is a word; 0 for none.</summary>
    public int[] Shorter { get; }

    /// <summary>Where the children of each are placed: at base plus class.</summary>
    public int[] Bases { get; }

    /// <summary>Finds <see cref="Links"/> and <see cref="Shorter"/>.</summary>
    /// <param name="classes">Of each character; the top bit is whether it is of a word.</param>
    /// <param name="atWords">Whether suffixes that begin inside a word are left out.</param>
    public void Link(ushort[] classes, bool atWords)
    {
        foreach (int state in _breadthFirst)
        {
            if (Parents[state] == 0)
            {
                continue; // the root and its children have no shorter suffix but the empty one
            }

            int parent = Parents[state];
            int suffix = Links[parent];
            int child;
            while ((child = Child(suffix, _letters[state])) == 0 && suffix != 0)
            {
                suffix = Links[suffix];
            }

            bool isInsideWord = suffix == 0 && atWords && (classes[_letters[parent]] & 0x8000) != 0;
            Links[state] = isInsideWord ? 0 : child;
            Shorter[state] = Patterns[Links[state]] >= 0 ? Links[state] : Shorter[Links[state]];
        }
    }

    /// <summary>Places all states in a double array, children of each together, first fit.</summary>
    /// <param name="classes">Number of classes.</param>
    /// <param name="length">Places used.</param>
    /// <returns>The place of each state.</returns>
    public int[] Place(int classes, out int length)
    {
        int[] places = new int[Count];
        var isUsed = new List<bool>(Count + classes) { true };
        int firstFree = 1;
        foreach (int state in _breadthFirst)
        {
            int child = _firstChild[state];
            if (child == 0)
            {
                continue;
            }

            while (firstFree < isUsed.Count && isUsed[firstFree])
            {
                firstFree++;
            }

            int from = firstFree;
            int place = Fit(state, from, isUsed);
            Bases[state] = place;
            for (; child != 0; child = _sibling[child])
            {
                places[child] = place + ClassOf(child);
                while (isUsed.Count <= places[child])
                {
                    isUsed.Add(false);
                }

                isUsed[places[child]] = true;
            }
        }

        length = isUsed.Count;
        return places;
    }

    private int ClassOf(int state) => _classes[_letters[state]] & 0x7FFF;

    private int Fit(int state, int from, List<bool> isUsed)
    {
        int first = _firstChild[state];
        for (int place = Math.Max(0, from - ClassOf(first)); ; place++)
        {
            bool fits = true;
            for (int child = first; child != 0 && fits; child = _sibling[child])
            {
                int at = place + ClassOf(child);
                fits = at >= isUsed.Count || !isUsed[at];
            }

            if (fits)
            {
                return place;
            }
        }
    }

    private int Child(int state, char c) => _children.GetValueOrDefault((state, c));

    private int Add(int state, char c)
    {
        int added = Count;
        _letters.Add(c);
        Parents.Add(state);
        Patterns.Add(-1);
        _firstChild.Add(0);
        _sibling.Add(_firstChild[state]);
        _firstChild[state] = added;
        _children[(state, c)] = added;
        return added;
    }
}
