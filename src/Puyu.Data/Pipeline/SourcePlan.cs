namespace Puyu.Data.Pipeline;

/// <summary>Cuts the sources of a recipe into parts.</summary>
internal static class SourcePlan
{
    /// <summary>The parts, in the order of the recipe and of the names of the files.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="folder">Where to keep what was found out about files.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public static IReadOnlyList<PlannedPart> Create(Recipe recipe, string folder, CancellationToken cancellationToken)
    {
        var parts = new List<PlannedPart>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (RecipeSource source in recipe.Sources)
        {
            string reader = source.Describe(Digest.OfPath);
            IReadOnlyList<(string Path, string Name)> files = source.Files();
            if (files.FirstOrDefault(file => !names.Add(file.Name)).Name is { } twice)
            {
                throw new InvalidDataException(
                    $"{twice} is in two sources but must be in one: its documents would have the same keys");
            }

            var cuts = new SourceCuts(folder, reader, recipe.PartBytes);
            Group(source.Reader, reader, cuts.Of(source.Reader, files, cancellationToken), recipe.PartBytes, parts);
        }

        return parts;
    }

    /// <summary>Puts small pieces together until the next would make a part too big.</summary>
    private static void Group(
        IDocumentReader reader, string description, IEnumerable<Cut> cuts, long partBytes, List<PlannedPart> parts)
    {
        var group = new List<Cut>();
        long bytes = 0;
        foreach (Cut cut in cuts)
        {
            if (group.Count > 0 && bytes + cut.Piece.Length > partBytes)
            {
                Flush();
            }

            group.Add(cut);
            bytes += cut.Piece.Length;
        }

        if (group.Count > 0)
        {
            Flush();
        }

        void Flush()
        {
            string digest = Digest.Of([description, .. group.SelectMany(cut => (string[])
                [cut.Piece.File, FormattableString.Invariant($"{cut.Piece.Offset}"), cut.Digest])]);
            parts.Add(new PlannedPart(parts.Count, reader, [.. group.Select(cut => cut.Piece)], digest));
            group.Clear();
            bytes = 0;
        }
    }
}
