using Puyu.Data.Deduplication;
using Puyu.Data.Documentation;

namespace Puyu.Data;

/// <summary>Reads, cleans, deduplicates and divides a corpus.</summary>
public static class CorpusBuilder
{
    /// <summary>Builds a corpus. The result depends on the files and the options only.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="DirectoryNotFoundException">
    /// The folder does not exist, or no reference packs are installed and no folder was given.
    /// </exception>
    /// <exception cref="InvalidDataException">
    /// A file is malformed, there is no text, or nothing is left to train on.
    /// </exception>
    public static Corpus Build(CorpusOptions options, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        IReadOnlyList<string> sources = SourcesOf(options.Folder);
        string[] files = [.. sources.SelectMany(CorpusReader.FilesOf)];
        string place = string.Join(", ", sources);
        if (files.Length == 0)
        {
            throw new InvalidDataException(
                $"{place} has no .xml, .txt, .md or .jsonl file but a corpus needs at least one");
        }

        List<Document> documents = CorpusReader.Read(files, out int read, cancellationToken);
        if (documents.Count == 0)
        {
            throw new InvalidDataException($"{place} has {files.Length} files but none has any text");
        }

        Duplicates duplicates = Deduplicator.Find(
            [.. documents.Select(document => document.Member?.Body ?? document.Text)],
            options.Deduplication, cancellationToken);
        List<Document> kept = [.. documents.Where((_, i) => duplicates.Of[i] == Duplicates.Kept)];
        var division = Division.Of(kept, options, cancellationToken);
        if (division.Training.Count == 0)
        {
            throw new InvalidDataException(
                $"{place} has {kept.Count} distinct documents but all are held out; lower HeldOutShare");
        }

        var funnel = new CorpusFunnel
        {
            Files = files.Length,
            Read = read,
            WithText = documents.Count,
            ExactDuplicates = duplicates.Exact,
            NearDuplicates = duplicates.Near,
            Kept = kept.Count,
            KeptBytes = kept.Sum(document => (long)document.CountBytes()),
            Training = division.Training.Count,
            HeldOut = division.HeldOut.Count,
            HeldOutNamespace = division.HeldOutNamespace.Count,
            SetAside = division.SetAside,
        };
        return new Corpus(division.Training, division.HeldOut, division.HeldOutNamespace, funnel, sources);
    }

    private static IReadOnlyList<string> SourcesOf(string? folder)
    {
        if (folder is not null)
        {
            return Directory.Exists(folder)
                ? [Path.GetFullPath(folder)]
                : throw new DirectoryNotFoundException($"{folder} must be a folder of documents but does not exist");
        }

        IReadOnlyList<string> packs = ReferencePacks.Find();
        return packs.Count > 0
            ? packs
            : throw new DirectoryNotFoundException(
                "no .NET reference packs (packs/*/*/ref/net10.0/*.xml below the dotnet root) were found: install the "
                + ".NET SDK, set DOTNET_ROOT to its folder, or give a folder of .xml, .txt, .md or .jsonl documents");
    }
}
