using System.Runtime.InteropServices;

namespace Puyu.Data.Documentation;

/// <summary>Finds the documentation that comes with the .NET SDK.</summary>
public static class ReferencePacks
{
    /// <summary>
    /// Folders that hold reference documentation, in ordinal order: <c>packs/*/*/ref/net10.0</c> below the first dotnet
    /// root that has any.
    /// </summary>
    /// <returns>
    /// Full paths; empty if no dotnet root has reference packs, as where only the runtime is installed.
    /// </returns>
    public static IReadOnlyList<string> Find() =>
        Roots().Select(FoldersBelow).FirstOrDefault(folders => folders.Count > 0) ?? [];

    /// <summary>
    /// Name of the pack that a file of documentation belongs to, by its path <c>packs/NAME/VERSION/…</c>; null of a
    /// file elsewhere.
    /// </summary>
    internal static string? PackOf(string file)
    {
        string[] names = file.Split('/');
        int packs = Array.LastIndexOf(names, "packs");
        return packs >= 0 && packs + 3 < names.Length ? names[packs + 1] : null;
    }

    /// <summary>Folders that hold reference documentation below one dotnet root, in ordinal order.</summary>
    /// <param name="dotnetRoot">The folder of the dotnet executable.</param>
    internal static IReadOnlyList<string> FoldersBelow(string dotnetRoot)
    {
        string packs = Path.Combine(dotnetRoot, "packs");
        if (!Directory.Exists(packs))
        {
            return [];
        }

        return [.. Directory.EnumerateDirectories(packs)
            .SelectMany(Directory.EnumerateDirectories)
            .Select(version => Path.Combine(version, "ref", "net10.0"))
            .Where(folder => Directory.Exists(folder) && Directory.EnumerateFiles(folder, "*.xml").Any())
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>
    /// Where dotnet may be: what the user says, what this process runs on, what the shell would find.
    /// </summary>
    private static IEnumerable<string> Roots()
    {
        if (Environment.GetEnvironmentVariable("DOTNET_ROOT") is { Length: > 0 } chosen)
        {
            yield return chosen;
        }

        // The runtime lies in shared/Microsoft.NETCore.App/<version>/.
        yield return Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        string executable = OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet";
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (string folder in path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var file = new FileInfo(Path.Combine(folder, executable));
            if (file.Exists)
            {
                yield return Path.GetDirectoryName((file.ResolveLinkTarget(returnFinalTarget: true) ?? file).FullName)!;
            }
        }
    }
}
