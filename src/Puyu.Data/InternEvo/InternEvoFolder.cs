namespace Puyu.Data.InternEvo;

/// <summary>Finds the files of a train folder and the kind of data of each.</summary>
internal static class InternEvoFolder
{
    /// <summary>Opens the .bin files that have a sample of sufficient length, in the order of their names.</summary>
    /// <exception cref="DirectoryNotFoundException">The folder does not exist.</exception>
    /// <exception cref="InvalidDataException">A file is malformed, or has no index or no single type.</exception>
    public static IEnumerable<InternEvoFile> Open(InternEvoOptions options)
    {
        if (!Directory.Exists(options.Folder))
        {
            throw new DirectoryNotFoundException($"{options.Folder} must be a train folder but does not exist");
        }

        string[] types = [.. Directory.EnumerateFileSystemEntries(options.Folder)
            .Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal)];
        foreach (string path in FilesOf(options.Folder))
        {
            if (!File.Exists(path + ".meta"))
            {
                throw new InvalidDataException($"{path} has no index: {path}.meta does not exist");
            }

            int typeId = TypeIdOf(Path.GetRelativePath(options.Folder, path), types);
            var file = new InternEvoFile(path, typeId, MinLengthOf(path, options), options.VocabSize);
            if (file.Samples == 0)
            {
                file.Dispose();
                continue;
            }

            yield return file;
        }
    }

    /// <summary>Index of the one name that a folder of the path has, after any number of z and _.</summary>
    /// <exception cref="InvalidDataException">No name or several names match.</exception>
    internal static int TypeIdOf(string relativePath, IReadOnlyList<string> types)
    {
        string[] folders = relativePath.Split(Path.DirectorySeparatorChar)[..^1];
        int[] matches =
            [.. Enumerable.Range(0, types.Count).Where(type => folders.Any(folder => IsOf(folder, types[type])))];
        return matches.Length == 1
            ? matches[0]
            : throw new InvalidDataException(
                $"{relativePath} matches the types [{string.Join(", ", matches.Select(type => types[type]))}] but must "
                + "match exactly one of the names in the train folder");
    }

    private static bool IsOf(string folder, string type) =>
        folder.EndsWith(type, StringComparison.Ordinal) && folder.AsSpan()[..^type.Length].Trim("z_").IsEmpty;

    private static IEnumerable<string> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder, "*.bin").Order(StringComparer.Ordinal)
            .Concat(Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal).SelectMany(FilesOf));

    private static int MinLengthOf(string path, InternEvoOptions options)
    {
        string[] keys = [.. options.MinLengthByPath.Keys.Where(key => path.Contains(key, StringComparison.Ordinal))];
        return keys.Length switch
        {
            0 => options.MinLength,
            1 => options.MinLengthByPath[keys[0]],
            _ => throw new InvalidDataException(
                $"{path} contains [{string.Join(", ", keys.Order(StringComparer.Ordinal))}] of MinLengthByPath but may "
                + "contain only one"),
        };
    }
}
