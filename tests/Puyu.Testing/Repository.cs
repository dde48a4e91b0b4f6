namespace Puyu.Testing;

/// <summary>The source tree that these tests were compiled from.</summary>
public static class Repository
{
    private const string SolutionFile = "Puyu.slnx";

    /// <summary>Folder of the solution file.</summary>
    /// <remarks>
    /// Found from where the tests run, not from compiled-in paths: a build that is reproducible leaves none of the
    /// machine's paths in its assemblies.
    /// </remarks>
    public static string Root { get; } = FolderAbove(AppContext.BaseDirectory);

    /// <summary>Files below a folder of the repository.</summary>
    public static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), pattern, SearchOption.AllDirectories);

    private static string FolderAbove(string path)
    {
        DirectoryInfo? folder = new(path);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, SolutionFile)))
        {
            folder = folder.Parent;
        }

        return folder?.FullName
            ?? throw new DirectoryNotFoundException($"{path} is not below a folder with {SolutionFile}");
    }
}
