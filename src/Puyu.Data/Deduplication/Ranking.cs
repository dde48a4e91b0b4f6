using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Puyu.Data.Deduplication;

/// <summary>
/// All documents of a decision in the order of deserving to stay: a document's place in it, its rank, stands for it.
/// The order depends on the documents only, so what is decided by ranks does too.
/// </summary>
internal sealed class Ranking : IDisposable
{
    private const int BufferBytes = 1 << 18;

    private readonly int[] _ranks;
    private readonly string _path;
    private readonly SafeFileHandle _file;

    private Ranking(int[] ranks, int indexed, SummaryFiles summaries, string path)
    {
        _ranks = ranks;
        _path = path;
        _file = File.OpenHandle(path, options: FileOptions.RandomAccess);
        Indexed = indexed;
        Summaries = summaries;
    }

    /// <summary>Takes a record, by its ordinal.</summary>
    public delegate void Visitor(int ordinal, bool isIndexed, SummaryRecord record);

    /// <summary>Where the records are.</summary>
    public SummaryFiles Summaries { get; }

    /// <summary>Number of documents.</summary>
    public int Count => _ranks.Length;

    /// <summary>Number of documents of indexes; they have the first ranks.</summary>
    public int Indexed { get; }

    /// <summary>Ranks the documents of summaries.</summary>
    /// <param name="indexes">Summaries of earlier survivors; each comes before the next.</param>
    /// <param name="summaries">Of the run.</param>
    /// <param name="options">Validated options.</param>
    /// <param name="folder">For what does not fit the memory.</param>
    /// <param name="visit">Gets every record once, with its ordinal: indexes first, in order.</param>
    public static Ranking Of(
        IReadOnlyList<string> indexes, IReadOnlyList<string> summaries, DuplicateOptions options, string folder,
        Visitor visit)
    {
        string[] paths = [.. indexes, .. summaries];
        Dictionary<string, int>? files = options.Survivor == SurvivorPolicy.First ? FilesOf(paths) : null;
        using var sort = new ExternalSort<RankedDocument>(folder, "ranking", options.MemoryBytes / 4);
        int indexed = 0;
        int count = Visit(paths, (file, offset, ordinal, record) =>
        {
            bool isIndexed = file < indexes.Count;
            indexed += isIndexed ? 1 : 0;
            Priority priority = files is null
                ? record.Priority
                : Priority.InOrder(files[record.File], record.Source);
            UInt128 key = record.Key;
            sort.Add(new RankedDocument(
                Math.Min(file, indexes.Count), ordinal, priority, (ulong)(key >> 64), (ulong)key,
                SummaryFiles.Location(file, offset)));
            visit(ordinal, isIndexed, record);
        });

        int[] ranks = new int[count];
        string path = Path.Combine(folder, "ranked");
        RunFile.Write(path, sort.Sorted().Select((document, rank) =>
        {
            ranks[document.Ordinal] = rank;
            return document;
        }), BufferBytes);
        return new Ranking(ranks, indexed, new SummaryFiles(paths), path);
    }

    /// <summary>Rank of a document, by its ordinal.</summary>
    public int RankOf(int ordinal) => _ranks[ordinal];

    /// <summary>The document of a rank.</summary>
    public RankedDocument At(int rank)
    {
        Span<RankedDocument> document = stackalloc RankedDocument[1];
        Span<byte> bytes = MemoryMarshal.AsBytes(document);
        int read = RandomAccess.Read(_file, bytes, (long)rank * bytes.Length);
        return read == bytes.Length
            ? document[0]
            : throw new InvalidDataException($"{_path} is short: it was changed while duplicates were looked for");
    }

    /// <summary>All documents, best first.</summary>
    public IEnumerable<RankedDocument> All() => RunFile.Read<RankedDocument>(_path, BufferBytes);

    /// <summary>Reads the record of a rank.</summary>
    public SummaryRecord Read(int rank, ref byte[] buffer) => Summaries.Read(At(rank).Location, ref buffer);

    /// <summary>Passes over all records again.</summary>
    public void Visit(Action<int, SummaryRecord> visit) =>
        Visit(Summaries.Paths, (_, _, ordinal, record) => visit(_ranks[ordinal], record));

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        Summaries.Dispose();
        File.Delete(_path);
    }

    private static int Visit(IReadOnlyList<string> paths, Action<int, long, int, SummaryRecord> visit)
    {
        int ordinal = 0;
        for (int file = 0; file < paths.Count; file++)
        {
            using var reader = new SummaryReader(paths[file]);
            while (reader.TryRead())
            {
                visit(file, reader.Offset, ordinal, reader.Record);
                ordinal = checked(ordinal + 1);
            }
        }

        return ordinal;
    }

    /// <summary>Numbers the files that the documents were read from, in ordinal order of their paths.</summary>
    private static Dictionary<string, int> FilesOf(string[] paths)
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        string last = string.Empty;
        Visit(paths, (_, _, _, record) =>
        {
            string file = record.File;
            if (file != last || files.Count == 0)
            {
                files.Add(file);
                last = file;
            }
        });
        return files.Select((file, i) => (file, i)).ToDictionary(
            pair => pair.file, pair => pair.i, StringComparer.Ordinal);
    }
}
