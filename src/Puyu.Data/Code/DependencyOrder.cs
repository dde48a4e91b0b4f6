namespace Puyu.Data.Code;

/// <summary>Orders the source files of a repository so that each comes behind what it needs.</summary>
/// <remarks>
/// Source: InternLM2 technical report, 2024, § 3.1.2 (topological order; a cycle begins with its alphabetically first
/// file; of several paths to a file the shorter counts). A file is placed behind all it needs, as late as the first
/// that needs it allows; of the files that one needs, those are placed first that are farthest from the files that
/// nobody needs, by the shortest path, then alphabetically.
/// </remarks>
internal sealed class DependencyOrder
{
    private readonly SortedSet<int>[] _needs;
    private readonly SortedSet<int>[] _weak;
    private readonly HashSet<int> _reported = [];

    private DependencyOrder(RepositoryGraph graph)
    {
        _needs = [.. graph.Needs.Select(needs => new SortedSet<int>(needs))];
        _weak = [.. graph.Weak.Select(weak => new SortedSet<int>(weak))];
    }

    /// <summary>Indices of the files, in order.</summary>
    public List<int> Order { get; } = [];

    /// <summary>Indices of the files of each cycle, in ordinal order of their paths.</summary>
    public List<List<int>> Cycles { get; } = [];

    /// <summary>Orders the files of a graph.</summary>
    public static DependencyOrder Of(RepositoryGraph graph)
    {
        var order = new DependencyOrder(graph);
        while (order.BreakCycles())
        {
            // until there are none
        }

        order.Place();
        return order;
    }

    private IEnumerable<int> Targets(int file) => _needs[file].Concat(_weak[file]);

    /// <summary>Takes weak edges out of cycles; where there are none, those of the first file.</summary>
    /// <returns>Whether there were cycles.</returns>
    private bool BreakCycles()
    {
        bool found = false;
        foreach (List<int> cycle in StrongComponents.Of(_needs.Length, Targets))
        {
            if (cycle.Count < 2)
            {
                continue;
            }

            found = true;
            var members = new HashSet<int>(cycle);
            int weak = cycle.Sum(file => _weak[file].RemoveWhere(members.Contains));
            if (weak == 0)
            {
                cycle.Sort();
                if (!_reported.Contains(cycle[0]))
                {
                    Cycles.Add(cycle);
                    _reported.UnionWith(cycle);
                }

                _needs[cycle[0]].RemoveWhere(members.Contains);
            }
        }

        return found;
    }

    private void Place()
    {
        int[] distances = Distances();
        var isPlaced = new bool[_needs.Length];
        foreach (int root in Enumerable.Range(0, _needs.Length).OrderBy(file => distances[file]))
        {
            PlaceBehindNeeds(root, distances, isPlaced);
        }
    }

    /// <summary>Length of the shortest path from a file that nobody needs.</summary>
    private int[] Distances()
    {
        var distances = new int[_needs.Length];
        Array.Fill(distances, int.MaxValue);
        var isNeeded = new bool[_needs.Length];
        for (int file = 0; file < _needs.Length; file++)
        {
            foreach (int target in Targets(file))
            {
                isNeeded[target] = true;
            }
        }

        var next = new Queue<int>(Enumerable.Range(0, _needs.Length).Where(file => !isNeeded[file]));
        foreach (int root in next)
        {
            distances[root] = 0;
        }

        while (next.TryDequeue(out int file))
        {
            foreach (int target in Targets(file).Where(target => distances[target] == int.MaxValue))
            {
                distances[target] = distances[file] + 1;
                next.Enqueue(target);
            }
        }

        return distances;
    }

    private void PlaceBehindNeeds(int root, int[] distances, bool[] isPlaced)
    {
        var open = new Stack<(int File, Queue<int> Needs)>();
        Open(root);
        while (open.TryPeek(out (int File, Queue<int> Needs) top))
        {
            if (top.Needs.TryDequeue(out int need))
            {
                Open(need);
                continue;
            }

            Order.Add(top.File);
            _ = open.Pop();
        }

        void Open(int file)
        {
            if (!isPlaced[file])
            {
                isPlaced[file] = true;
                open.Push((file, new Queue<int>(Targets(file).Distinct()
                    .OrderByDescending(target => distances[target]).ThenBy(target => target))));
            }
        }
    }
}
