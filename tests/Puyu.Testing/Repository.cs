using System.Runtime.CompilerServices;

namespace Puyu.Testing;

/// <summary>The source tree that these tests were compiled from.</summary>
public static class Repository
{
    /// <summary>Folder of the solution file.</summary>
    public static string Root { get; } = Path.GetFullPath(Path.Combine(ThisFile(), "..", "..", ".."));

    /// <summary>Files below a folder of the repository.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories);

    private static string ThisFile([CallerFilePath] string path = "") => path;
}
