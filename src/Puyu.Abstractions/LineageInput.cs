namespace Puyu.Abstractions;

/// <summary>Something an artifact was made of.</summary>
/// <param name="Kind">What it is, e.g. <c>documents</c>.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Hash">Its hash when it was used, as <see cref="Lineage.HashOf"/> gives it.</param>
/// <param name="Path">
/// Where it was: absolute, or relative to the folder of the lineage file. Null if it was never a file.
/// </param>
public sealed record LineageInput(string Kind, string Name, string Hash, string? Path)
{
    /// <summary>Hashes a file or folder that is about to be used.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="path">The file or folder.</param>
    /// <param name="artifact">
    /// The artifact being made of it. The path is kept relative to its lineage file if at most three folders up both
    /// are in one, so that they can be moved together; else absolute.
    /// </param>
    /// <exception cref="FileNotFoundException">
    /// There is neither a file nor a folder at <paramref name="path"/>.
    /// </exception>
    public static LineageInput Of(string kind, string path, string artifact)
    {
        string full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path));
        string lineage = System.IO.Path.GetFullPath(Lineage.PathOf(artifact));
        string relative = System.IO.Path.GetRelativePath(System.IO.Path.GetDirectoryName(lineage)!, full);
        bool isNear = !System.IO.Path.IsPathRooted(relative)
            && !relative.Replace('\\', '/').StartsWith("../../../..", StringComparison.Ordinal);
        return new LineageInput(
            kind,
            System.IO.Path.GetFileName(full),
            Lineage.HashOf(full),
            (isNear ? relative : full).Replace('\\', '/'));
    }
}
