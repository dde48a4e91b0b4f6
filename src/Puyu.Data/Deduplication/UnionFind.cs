namespace Puyu.Data.Deduplication;

/// <summary>Clusters of numbers, each named by its least member.</summary>
/// <remarks>Union by the smaller root, with path halving (Tarjan and van Leeuwen, 1984). 4 bytes a number.</remarks>
internal sealed class UnionFind
{
    private readonly int[] _parents;

    public UnionFind(int count)
    {
        _parents = new int[count];
        for (int i = 0; i < count; i++)
        {
            _parents[i] = i;
        }
    }

    /// <summary>Joins the clusters of two numbers.</summary>
    public void Join(int a, int b)
    {
        (a, b) = (Root(a), Root(b));
        _parents[Math.Max(a, b)] = Math.Min(a, b);
    }

    /// <summary>The least number of a number's cluster.</summary>
    public int Root(int i)
    {
        while (_parents[i] != i)
        {
            _parents[i] = _parents[_parents[i]];
            i = _parents[i];
        }

        return i;
    }
}
