namespace Puyu.Data.Code;

/// <summary>The files of one repository in the order in which they are read.</summary>
/// <param name="Paths">All files, source or not.</param>
/// <param name="Cycles">Source files that import each other, each cycle in ordinal order.</param>
internal sealed record CodeAssembly(IReadOnlyList<string> Paths, IReadOnlyList<IReadOnlyList<string>> Cycles)
{
    /// <summary>
    /// Orders a repository: source files behind what they import, other files right before the first source file of
    /// their folder.
    /// </summary>
    public static CodeAssembly Of(RepositoryFiles files)
    {
        RepositoryGraph graph = RepositoryGraph.Of(files);
        DependencyOrder order = DependencyOrder.Of(graph);
        List<string> sources = [.. order.Order.Select(file => graph.Paths[file])];
        Dictionary<string, List<string>> others = Others(files, sources);
        var paths = new List<string>();
        foreach (string source in sources)
        {
            paths.AddRange(others.GetValueOrDefault(source, []));
            paths.Add(source);
        }

        paths.AddRange(others.GetValueOrDefault("", []));
        return new CodeAssembly(
            paths, [.. order.Cycles.Select(cycle => cycle.ConvertAll(file => graph.Paths[file]))]);
    }

    /// <summary>By source file, the other files to stand before it; by the empty path, those without a place.</summary>
    private static Dictionary<string, List<string>> Others(RepositoryFiles files, List<string> sources)
    {
        var firstRightIn = new Dictionary<string, string>(StringComparer.Ordinal);
        var firstBelow = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string source in sources)
        {
            string folder = CodePath.FolderOf(source);
            _ = firstRightIn.TryAdd(folder, source);
            for (string above = folder; firstBelow.TryAdd(above, source) && above.Length > 0;)
            {
                above = CodePath.FolderOf(above);
            }
        }

        var others = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string path in files.Paths.Where(path => CodePath.LanguageOf(path) is null))
        {
            string place = PlaceOf(CodePath.FolderOf(path));
            if (!others.TryGetValue(place, out List<string>? before))
            {
                others[place] = before = [];
            }

            before.Add(path);
        }

        return others;

        // The folder itself, else what lies below it, else the nearest folder above that has sources.
        string PlaceOf(string folder)
        {
            while (true)
            {
                if (firstRightIn.TryGetValue(folder, out string? source) || firstBelow.TryGetValue(folder, out source))
                {
                    return source;
                }

                if (folder.Length == 0)
                {
                    return "";
                }

                folder = CodePath.FolderOf(folder);
            }
        }
    }
}
