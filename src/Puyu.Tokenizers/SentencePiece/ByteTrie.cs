namespace Puyu.Tokenizers.SentencePiece;

/// <summary>Byte strings as a tree: children of a node are consecutive, in the order of their bytes.</summary>
internal sealed class ByteTrie
{
    private readonly List<byte> _labels = [0];
    private readonly List<int> _ids = [-1];
    private readonly List<int> _firstChild = [];

    /// <summary>Builds the tree, level by level.</summary>
    /// <param name="strings">Distinct, none empty, each with its id.</param>
    public ByteTrie(IEnumerable<(byte[] Text, int Id)> strings)
    {
        (byte[] Text, int Id)[] sorted = [.. strings];
        Array.Sort(sorted, (a, b) => a.Text.AsSpan().SequenceCompareTo(b.Text));
        var level = new List<(int First, int End)> { (0, sorted.Length) };
        for (int depth = 0; level.Count > 0; depth++)
        {
            var below = new List<(int First, int End)>();
            foreach ((int first, int end) in level)
            {
                _firstChild.Add(_labels.Count);
                AddChildren(sorted, first, end, depth, below);
            }

            level = below;
        }

        _firstChild.Add(_labels.Count);
    }

    /// <summary>The root.</summary>
    public const int Root = 0;

    /// <summary>Child of a node along a byte; −1 for none.</summary>
    public int Child(int node, byte label)
    {
        int low = _firstChild[node];
        int high = _firstChild[node + 1] - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            if (_labels[middle] == label)
            {
                return middle;
            }

            (low, high) = _labels[middle] < label ? (middle + 1, high) : (low, middle - 1);
        }

        return -1;
    }

    /// <summary>Id of the string that ends at a node; −1 for none.</summary>
    public int Id(int node) => _ids[node];

    private void AddChildren(
        (byte[] Text, int Id)[] sorted, int first, int end, int depth, List<(int First, int End)> below)
    {
        // The string that ends at this very node sorts first, and has no child.
        first += first < end && sorted[first].Text.Length == depth ? 1 : 0;
        while (first < end)
        {
            byte label = sorted[first].Text[depth];
            int next = first + 1;
            while (next < end && sorted[next].Text[depth] == label)
            {
                next++;
            }

            _labels.Add(label);
            _ids.Add(sorted[first].Text.Length == depth + 1 ? sorted[first].Id : -1);
            below.Add((first, next));
            first = next;
        }
    }
}
