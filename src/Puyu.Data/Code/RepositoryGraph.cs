namespace Puyu.Data.Code;

/// <summary>Which source file of a repository needs which.</summary>
/// <remarks>
/// A file that only gathers (<c>__init__.py</c>, <c>index.js</c>, a header of includes, <c>mod x;</c>) does not need
/// what it passes on: these edges are <em>weak</em>, kept in the order where they can be and dropped first where they
/// close a cycle. Who imports through such a file needs the file behind it that declares what is used: that edge is
/// added.
/// </remarks>
internal sealed class RepositoryGraph
{
    private readonly RepositoryFiles _files;
    private readonly ImportResolver _resolver;
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _declarers = new(StringComparer.Ordinal);

    private RepositoryGraph(RepositoryFiles files)
    {
        _files = files;
        _resolver = new ImportResolver(files);
        Paths = [.. files.Paths.Where(path => CodePath.LanguageOf(path) is not null)];
        Needs = new SortedSet<int>[Paths.Count];
        Weak = new SortedSet<int>[Paths.Count];
        for (int i = 0; i < Paths.Count; i++)
        {
            _index[Paths[i]] = i;
            Needs[i] = [];
            Weak[i] = [];
        }
    }

    /// <summary>The source files, in ordinal order.</summary>
    public IReadOnlyList<string> Paths { get; }

    /// <summary>For each file, indices of those it needs.</summary>
    public SortedSet<int>[] Needs { get; }

    /// <summary>For each file, indices of those it only passes on, none of them in <see cref="Needs"/>.</summary>
    public SortedSet<int>[] Weak { get; }

    /// <summary>Reads the imports of all files.</summary>
    public static RepositoryGraph Of(RepositoryFiles files)
    {
        var graph = new RepositoryGraph(files);
        graph.FindDeclarers();
        for (int i = 0; i < graph.Paths.Count; i++)
        {
            graph.Connect(i);
        }

        return graph;
    }

    private static bool IsGatherer(string path, SourceOutline outline) =>
        CodePath.StemOf(path) is "__init__" or "index" or "mod" or "lib"
        || (outline.Imports.Count > 1 && outline.Declared.Count <= 1 && outline.Words.Count <= 3 + outline.Imports.Count
            && CodePath.LanguageOf(path) == CodeLanguage.Cpp);

    /// <summary>Which C# file declares a type: its usings name no files.</summary>
    private void FindDeclarers()
    {
        for (int i = 0; i < Paths.Count; i++)
        {
            if (CodePath.LanguageOf(Paths[i]) != CodeLanguage.CSharp)
            {
                continue;
            }

            foreach (string type in _files.Outline(Paths[i])!.Declared)
            {
                if (!_declarers.TryGetValue(type, out List<int>? declarers))
                {
                    _declarers[type] = declarers = [];
                }

                declarers.Add(i);
            }
        }
    }

    private void Connect(int from)
    {
        string path = Paths[from];
        SourceOutline outline = _files.Outline(path)!;
        bool gathers = IsGatherer(path, outline);
        foreach (ImportReference import in outline.Imports)
        {
            bool isUsed = import.Name is not null && outline.Words.Contains(import.Name);
            bool isWeak = import.Kind == ImportKind.Part || (gathers && !isUsed);
            foreach (string target in _resolver.Find(path, outline, import))
            {
                Add(from, target, isWeak);
                Through(from, outline, import, target);
            }
        }

        switch (CodePath.LanguageOf(path))
        {
            case CodeLanguage.CSharp:
                ConnectByType(from, outline);
                break;
            case CodeLanguage.Java:
                ConnectPackage(from, outline);
                break;
            default:
                break;
        }

        Needs[from].Remove(from);
        Weak[from].Remove(from);
        Weak[from].ExceptWith(Needs[from]);
    }

    private void Add(int from, string target, bool isWeak)
    {
        if (_index.TryGetValue(target, out int to))
        {
            _ = (isWeak ? Weak : Needs)[from].Add(to);
        }
    }

    /// <summary>What is imported through a file that gathers is needed from where it comes.</summary>
    private void Through(int from, SourceOutline outline, ImportReference import, string gatherer)
    {
        if (_files.Outline(gatherer) is not { } passed || !IsGatherer(gatherer, passed))
        {
            return;
        }

        foreach (ImportReference behind in passed.Imports)
        {
            if (import.Name is not null && behind.Name is not null && behind.Name != import.Name)
            {
                continue;
            }

            foreach (string target in _resolver.Find(gatherer, passed, behind))
            {
                bool isMeant = import.Name is not null && behind.Name == import.Name;
                if (isMeant || (_files.Outline(target) is { } source && Uses(outline, import.Name, source)))
                {
                    Add(from, target, isWeak: false);
                }
            }
        }
    }

    private static bool Uses(SourceOutline outline, string? name, SourceOutline source) =>
        name is not null ? source.Declared.Contains(name) : source.Declared.Overlaps(outline.Words);

    /// <summary>In C#: the files that declare a type whose name is used, in a namespace that is open there.</summary>
    private void ConnectByType(int from, SourceOutline outline)
    {
        var open = new HashSet<string>(StringComparer.Ordinal);
        foreach (ImportReference import in outline.Imports)
        {
            open.Add(import.Target);
        }

        foreach (string name in outline.Namespaces)
        {
            for (int end = name.Length; end > 0; end = name.LastIndexOf('.', end - 1))
            {
                open.Add(name[..end]);
            }
        }

        IEnumerable<string> words = outline.Words.Concat(
            outline.Imports.Where(import => import.Name is not null).Select(import => import.Name!));
        foreach (string word in words)
        {
            foreach (int declarer in _declarers.GetValueOrDefault(word, []))
            {
                List<string> namespaces = _files.Outline(Paths[declarer])!.Namespaces;
                if (namespaces.Count == 0 || namespaces.Exists(open.Contains))
                {
                    Needs[from].Add(declarer);
                }
            }
        }
    }

    /// <summary>In Java: the classes of its own package that are used, since these are not imported.</summary>
    private void ConnectPackage(int from, SourceOutline outline)
    {
        foreach (string path in _files.InFolder(CodePath.FolderOf(Paths[from])))
        {
            if (path.EndsWith(".java", StringComparison.Ordinal) && outline.Words.Contains(CodePath.StemOf(path)))
            {
                Add(from, path, isWeak: false);
            }
        }
    }
}
