using System.IO.Enumeration;

namespace Puyu.Data.Pipeline;

/// <summary>Finds files by a path with wildcards.</summary>
internal static class FilePattern
{
    /// <summary>Files and folders that fit a pattern; folders only if its last name has no wildcard.</summary>
    /// <param name="folder">Where relative patterns begin.</param>
    /// <param name="pattern">
    /// Names divided by slashes, each with <c>*</c> and <c>?</c>; <c>**</c> as a whole name for any number of folders.
    /// </param>
    /// <returns>In ordinal order of the names: full path, and the pattern with its wildcards filled in.</returns>
    public static IReadOnlyList<(string Path, string Name)> Match(string folder, string pattern)
    {
        string[] names = pattern.Replace('\\', '/').Split('/');
        int fixedNames = Array.FindIndex(names, HasWildcard);
        if (fixedNames < 0)
        {
            string path = Path.GetFullPath(pattern, folder);
            return Path.Exists(path) ? [(path, string.Join('/', names))] : [];
        }

        string prefix = string.Concat(names.Take(fixedNames).Select(name => name + "/"));
        string root = Path.GetFullPath(prefix.Length == 0 ? "." : prefix, folder);
        if (!Directory.Exists(root))
        {
            return [];
        }

        ArraySegment<string> rest = new(names, fixedNames, names.Length - fixedNames);
        var files = new List<(string Path, string Name)>();
        Collect(root, prefix, rest, files);
        return [.. files.Distinct().OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    /// <summary>
    /// Whether a file is named by a pattern: as <see cref="Match"/> names files, or below a folder that it names.
    /// </summary>
    public static bool IsOf(string pattern, string file)
    {
        string[] names = pattern.Replace('\\', '/').Split('/');
        return FitsAll(names, file.Split('/'))
            || file.StartsWith(string.Join('/', names) + "/", StringComparison.Ordinal);
    }

    private static bool FitsAll(ReadOnlySpan<string> names, ReadOnlySpan<string> path)
    {
        if (names.IsEmpty || path.IsEmpty)
        {
            return names.IsEmpty && path.IsEmpty;
        }

        if (names[0] == "**")
        {
            return names.Length == 1 || FitsAll(names[1..], path) || FitsAll(names, path[1..]);
        }

        // The first name of an absolute path is empty, which no expression matches.
        bool isSame = names[0] == path[0]
            || FileSystemName.MatchesSimpleExpression(names[0], path[0], ignoreCase: false);
        return isSame && FitsAll(names[1..], path[1..]);
    }

    private static void Collect(
        string folder, string prefix, ArraySegment<string> names, List<(string Path, string Name)> files)
    {
        if (names[0] == "**")
        {
            if (names.Count > 1)
            {
                Collect(folder, prefix, names[1..], files);
            }

            foreach (string below in Directory.EnumerateDirectories(folder))
            {
                Collect(below, $"{prefix}{Path.GetFileName(below)}/", names, files);
            }
        }

        if (names.Count > 1 && names[0] != "**")
        {
            foreach (string below in Directory.EnumerateDirectories(folder).Where(path => Fits(path, names[0])))
            {
                Collect(below, $"{prefix}{Path.GetFileName(below)}/", names[1..], files);
            }
        }
        else if (names.Count == 1)
        {
            string last = names[0] == "**" ? "*" : names[0];
            files.AddRange(Directory.EnumerateFiles(folder).Where(path => Fits(path, last))
                .Select(path => (path, prefix + Path.GetFileName(path))));
        }
    }

    private static bool Fits(string path, string name) =>
        FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(path.AsSpan()), ignoreCase: false);

    private static bool HasWildcard(string name) => name.AsSpan().IndexOfAny('*', '?') >= 0;
}
