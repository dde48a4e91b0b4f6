namespace Puyu.Abstractions;

/// <summary>The state of one walk: what was hashed and followed already, since inputs are shared.</summary>
internal sealed class LineageWalk
{
    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _followed = new(StringComparer.Ordinal);

    /// <summary>Yields an input and then, the first time it is met, everything it was made of.</summary>
    /// <param name="input">As recorded.</param>
    /// <param name="path">Full path, or null if it is not a file.</param>
    /// <param name="depth">Distance from the start.</param>
    public IEnumerable<LineageStep> Follow(LineageInput input, string? path, int depth)
    {
        LineageStep step = Examine(input, path, depth);
        yield return step;
        if (step.Lineage is not { } lineage || !_followed.Add(path!))
        {
            yield break;
        }

        string folder = Path.GetDirectoryName(Lineage.PathOf(path!))!;
        foreach (LineageInput next in lineage.Inputs)
        {
            string? nextPath = next.Path is null ? null : Path.GetFullPath(next.Path, folder);
            foreach (LineageStep deeper in Follow(next, nextPath, depth + 1))
            {
                yield return deeper;
            }
        }
    }

    private LineageStep Examine(LineageInput input, string? path, int depth)
    {
        if (path is null)
        {
            return new LineageStep(depth, input, LineageState.NotAFile, null, "it was never a file");
        }

        if (!File.Exists(path) && !Directory.Exists(path))
        {
            return new LineageStep(depth, input, LineageState.Missing, null, $"{path} does not exist");
        }

        try
        {
            Lineage? lineage = File.Exists(Lineage.PathOf(path)) ? Lineage.Read(path) : null;
            string hash = HashOf(path);
            return hash == input.Hash
                ? new LineageStep(depth, input, LineageState.Verified, lineage, null)
                : new LineageStep(
                    depth, input, LineageState.Changed, lineage, $"{path} has hash {hash} but had {input.Hash}");
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            return new LineageStep(depth, input, LineageState.Unreadable, null, problem.Message);
        }
    }

    private string HashOf(string path)
    {
        if (!_hashes.TryGetValue(path, out string? hash))
        {
            hash = Lineage.HashOf(path);
            _hashes.Add(path, hash);
        }

        return hash;
    }
}
