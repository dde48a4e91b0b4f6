namespace Puyu.Data.Code;

/// <summary>The files of a repository, by path.</summary>
internal sealed class RepositoryFiles
{
    private readonly SortedDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _byName = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<string>> _byFolder = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SourceOutline> _outlines = new(StringComparer.Ordinal);

    /// <summary>Takes files.</summary>
    /// <param name="files">Paths with forward slashes, and texts. Of two with one path the first counts.</param>
    public RepositoryFiles(IEnumerable<KeyValuePair<string, string>> files)
    {
        foreach ((string path, string text) in files)
        {
            if (!_texts.TryAdd(path, text))
            {
                continue;
            }

            ListOf(_byName, path[(path.LastIndexOf('/') + 1)..]).Add(path);
            ListOf(_byFolder, CodePath.FolderOf(path)).Add(path);
        }

        foreach (List<string> paths in _byName.Values.Concat(_byFolder.Values))
        {
            paths.Sort(StringComparer.Ordinal);
        }
    }

    /// <summary>The paths, in ordinal order.</summary>
    public IEnumerable<string> Paths => _texts.Keys;

    /// <summary>The text of a file.</summary>
    public string Text(string path) => _texts[path];

    /// <summary>Whether there is a file.</summary>
    public bool Contains(string path) => _texts.ContainsKey(path);

    /// <summary>What a source file imports, declares and uses; null for other files.</summary>
    public SourceOutline? Outline(string path)
    {
        if (CodePath.LanguageOf(path) is not { } language)
        {
            return null;
        }

        if (!_outlines.TryGetValue(path, out SourceOutline? outline))
        {
            _outlines[path] = outline = ImportScanner.Read(language, _texts[path]);
        }

        return outline;
    }

    /// <summary>The files right in a folder, in ordinal order.</summary>
    public IReadOnlyList<string> InFolder(string folder) => _byFolder.GetValueOrDefault(folder, []);

    /// <summary>The files right in folders of which the path ends in another.</summary>
    public IEnumerable<string> InFolderEnding(string folder) => _byFolder
        .Where(entry => entry.Key == folder || entry.Key.EndsWith("/" + folder, StringComparison.Ordinal))
        .SelectMany(entry => entry.Value).Order(StringComparer.Ordinal);

    /// <summary>
    /// The file of which the path ends in another: the one that shares most folders with the file that asks, then the
    /// first in ordinal order; null if there is none.
    /// </summary>
    public string? Suffix(string suffix, string asking)
    {
        string? best = null;
        int shared = -1;
        foreach (string path in _byName.GetValueOrDefault(suffix[(suffix.LastIndexOf('/') + 1)..], []))
        {
            bool ends = path == suffix || path.EndsWith("/" + suffix, StringComparison.Ordinal);
            if (ends && path != asking && SharedFolders(path, asking) > shared)
            {
                best = path;
                shared = SharedFolders(path, asking);
            }
        }

        return best;
    }

    private static int SharedFolders(string a, string b)
    {
        int shared = 0;
        for (int i = 0; i < Math.Min(a.Length, b.Length) && a[i] == b[i]; i++)
        {
            shared += a[i] == '/' ? 1 : 0;
        }

        return shared;
    }

    private static List<string> ListOf(Dictionary<string, List<string>> lists, string key)
    {
        if (!lists.TryGetValue(key, out List<string>? list))
        {
            lists[key] = list = [];
        }

        return list;
    }
}
