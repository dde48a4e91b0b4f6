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
    public static bool IsOf(string pattern, string file) => IsMatch(pattern, file)
        || file.StartsWith(pattern.Replace('\\', '/') + "/", StringComparison.Ordinal);

    /// <summary>Whether the name of a file fits a pattern.</summary>
    /// <param name="pattern">As for <see cref="Match"/>.</param>
    /// <param name="name">Names divided by slashes.</param>
    public static bool IsMatch(string pattern, string name) =>
        IsMatch(pattern.Replace('\\', '/').Split('/').AsSpan(), name.Split('/').AsSpan());

    private static bool IsMatch(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names) => pattern switch
    {
        [] => names.IsEmpty,
        ["**", .. var rest] => IsMatch(rest, names) || (!names.IsEmpty && IsMatch(pattern, names[1..])),
        [var first, .. var rest] => !names.IsEmpty && IsName(first, names[0]) && IsMatch(rest, names[1..]),
    };

    /// <summary>The first name of an absolute path is empty, which no expression matches.</summary>
    private static bool IsName(string pattern, string name) => pattern == name || Fits(name, pattern);

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
