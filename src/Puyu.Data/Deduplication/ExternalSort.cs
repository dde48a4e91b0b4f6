using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>
/// Sorts any number of items in a fixed memory: sorted runs go to files, which are merged. Items that compare as equal
/// must be equal.
/// </summary>
/// <remarks>
/// The buffer is outside the managed heap: pages that are never used cost nothing, and it is given back at once.
/// </remarks>
internal sealed unsafe class ExternalSort<T> : IDisposable
    where T : unmanaged, IComparable<T>
{
    private const int MaxFanIn = 64;
    private const int MaxMergeBuffer = 1 << 20;

    private readonly string _path;
    private readonly long _memory;
    private readonly int _capacity;
    private readonly Queue<string> _runs = [];
    private T* _items;
    private int _count;
    private int _written;
    private bool _isSorted;

    /// <param name="folder">For the runs.</param>
    /// <param name="name">Begins the names of the runs.</param>
    /// <param name="memoryBytes">Size of the buffer, and of the buffers of a merge together.</param>
    public ExternalSort(string folder, string name, long memoryBytes)
    {
        _path = Path.Combine(folder, name);
        _memory = memoryBytes;
        _capacity = (int)Math.Max(16, memoryBytes / sizeof(T));
    }

    /// <summary>Adds an item.</summary>
    public void Add(T item)
    {
        if (_count == _capacity)
        {
            Spill();
        }

        if (_items is null)
        {
            _items = (T*)NativeMemory.Alloc((nuint)_capacity, (nuint)sizeof(T));
        }

        _items[_count++] = item;
        _isSorted = false;
    }

    /// <summary>All items in ascending order. May be asked for again, but not before the last pass has ended.</summary>
    public IEnumerable<T> Sorted()
    {
        if (_runs.Count == 0)
        {
            Sort();
            return InMemory();
        }

        if (_count > 0)
        {
            Spill();
        }

        Free();
        while (_runs.Count > MaxFanIn)
        {
            string[] some = [.. Enumerable.Range(0, MaxFanIn).Select(_ => _runs.Dequeue())];
            string run = NextRun();
            RunFile.Write(run, Merge(some), MaxMergeBuffer);
            Array.ForEach(some, File.Delete);
            _runs.Enqueue(run);
        }

        return Merge([.. _runs]);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Free();
        foreach (string run in _runs)
        {
            File.Delete(run);
        }

        _runs.Clear();
    }

    private IEnumerable<T> InMemory()
    {
        for (int i = 0; i < _count; i++)
        {
            yield return At(i);
        }
    }

    private T At(int i) => _items[i];

    private IEnumerable<T> Merge(string[] runs)
    {
        int buffer = (int)Math.Min(MaxMergeBuffer, _memory / runs.Length);
        return SortedMerge.Of([.. runs.Select(run => RunFile.Read<T>(run, buffer))]);
    }

    private void Sort()
    {
        if (!_isSorted)
        {
            new Span<T>(_items, _count).Sort();
            _isSorted = true;
        }
    }

    private void Spill()
    {
        Sort();
        string run = NextRun();
        RunFile.Write<T>(run, new ReadOnlySpan<T>(_items, _count));
        _runs.Enqueue(run);
        _count = 0;
    }

    private string NextRun() => FormattableString.Invariant($"{_path}-{_written++}.run");

    private void Free()
    {
        NativeMemory.Free(_items);
        _items = null;
        _count = 0;
    }
}
