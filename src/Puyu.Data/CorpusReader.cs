using Puyu.Data.Documentation;

namespace Puyu.Data;

/// <summary>Reads the files of a corpus: in parallel, into the order of their names.</summary>
internal static class CorpusReader
{
    /// <summary>Files of a folder and those below it that can be read, in ordinal order.</summary>
    public static IReadOnlyList<string> FilesOf(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetExtension(file) is ".xml" or ".txt" or ".md" or ".jsonl")
            .Order(StringComparer.Ordinal)];

    /// <summary>Reads all files.</summary>
    /// <param name="files">Their paths.</param>
    /// <param name="read">Number of members and documents, those without text included.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="InvalidDataException">A file is malformed; the message says where.</exception>
    public static List<Document> Read(
        IReadOnlyList<string> files, out int read, CancellationToken cancellationToken)
    {
        var documents = new List<Document>[files.Count];
        int[] counts = new int[files.Count];
        try
        {
            Parallel.For(
                0, files.Count, new ParallelOptions { CancellationToken = cancellationToken },
                file => documents[file] = Read(files[file], out counts[file]));
        }
        catch (AggregateException problems)
        {
            // Which of several malformed files is met first depends on the threads; the first by name does not.
            throw problems.Flatten().InnerExceptions.MinBy(problem => problem.Message, StringComparer.Ordinal)!;
        }

        read = counts.Sum();
        return [.. documents.SelectMany(ofFile => ofFile)];
    }

    private static List<Document> Read(string file, out int read)
    {
        switch (Path.GetExtension(file))
        {
            case ".xml":
                return [.. DocumentationReader.Read(file, out read).Select(member => member.ToDocument())];
            case ".jsonl":
                return JsonLines.Read(file, out read);
            default:
                read = 1;
                string text = JsonLines.ReadText(file);
                return string.IsNullOrWhiteSpace(text) ? [] : [new Document(file, text)];
        }
    }
}
