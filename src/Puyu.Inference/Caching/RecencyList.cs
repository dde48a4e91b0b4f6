namespace Puyu.Inference.Caching;

/// <summary>Blocks in the order in which they were last used; all changes take constant time.</summary>
/// <param name="capacity">Blocks are numbered below this.</param>
internal sealed class RecencyList(int capacity)
{
    /// <summary>Stands for no block.</summary>
    public const int None = -1;

    private readonly int[] _older = new int[capacity];
    private readonly int[] _newer = new int[capacity];
    private int _newest = None;

    /// <summary>Number of blocks.</summary>
    public int Count { get; private set; }

    /// <summary>The longest unused block.</summary>
    public int Oldest { get; private set; } = None;

    /// <summary>Adds a block as the latest used.</summary>
    public void Add(int block)
    {
        (_older[block], _newer[block]) = (_newest, None);
        if (_newest == None)
        {
            Oldest = block;
        }
        else
        {
            _newer[_newest] = block;
        }

        _newest = block;
        Count++;
    }

    /// <summary>Takes a block out.</summary>
    public void Remove(int block)
    {
        (int older, int newer) = (_older[block], _newer[block]);
        if (older == None)
        {
            Oldest = newer;
        }
        else
        {
            _newer[older] = newer;
        }

        if (newer == None)
        {
            _newest = older;
        }
        else
        {
            _older[newer] = older;
        }

        Count--;
    }

    /// <summary>The blocks, the latest used first.</summary>
    public IEnumerable<int> NewestFirst()
    {
        for (int block = _newest; block != None; block = _older[block])
        {
            yield return block;
        }
    }
}
