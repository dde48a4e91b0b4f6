namespace Puyu.Data.Formats;

/// <summary>Lists folders in an order that is the same everywhere.</summary>
internal static class FolderFiles
{
    /// <summary>
    /// Paths of the files below a folder that are wanted, with forward slashes, in ordinal order. Links are not
    /// followed, and nothing whose name begins with a dot is looked at.
    /// </summary>
    public static IEnumerable<string> Below(string folder, Func<string, bool> isWanted)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            AttributesToSkip = FileAttributes.ReparsePoint | FileAttributes.Hidden,
            IgnoreInaccessible = false,
        };
        return Directory.EnumerateFiles(folder, "*", options)
            .Select(path => Path.GetRelativePath(folder, path).Replace('\\', '/'))
            .Where(isWanted)
            .Order(StringComparer.Ordinal);
    }
}
