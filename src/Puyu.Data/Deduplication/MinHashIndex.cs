using System.Text.Json;
using Puyu.Abstractions;

namespace Puyu.Data.Deduplication;

/// <summary>
/// What later runs need of a run to find what repeats it: the records of its survivors, and the bands in order.
/// </summary>
/// <remarks>
/// <c>survivors</c> is a summary, from the best document on. <c>bands</c> has (hash, place in survivors), by hash.
/// Without a verification, bands of removed documents are in it too, for the document that stayed instead; with one,
/// only survivors can be repeated. <c>index.json</c> says by which options, and is written last.
/// </remarks>
internal sealed class MinHashIndex
{
    private const int BufferBytes = 1 << 18;

    private readonly string _folder;

    private MinHashIndex(string folder, int count)
    {
        _folder = folder;
        Count = count;
    }

    /// <summary>Path of the summary of the survivors.</summary>
    public string Survivors => Path.Combine(_folder, "survivors");

    /// <summary>Number of survivors.</summary>
    public int Count { get; }

    /// <summary>Opens an index.</summary>
    /// <exception cref="OptionsException">It was made by other options.</exception>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static MinHashIndex Open(string folder, MinHashOptions options)
    {
        string path = Path.Combine(folder, "index.json");
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{folder} must be a folder that writeIndex made but has no index.json");
        }

        Header header = JsonSerializer.Deserialize<Header>(File.ReadAllBytes(path))
            ?? throw new InvalidDataException($"{path} is null but must be the header of an index");
        Header expected = HeaderOf(options, header.Count);
        return header == expected
            ? new MinHashIndex(folder, header.Count)
            : throw new OptionsException($"{folder} is an index of {header} but this run has {expected}; make it anew");
    }

    /// <summary>The bands by hash; documents by their place among the survivors.</summary>
    public IEnumerable<BandRecord> Bands() => RunFile.Read<BandRecord>(Path.Combine(_folder, "bands"), BufferBytes);

    /// <summary>Writes the index of a run.</summary>
    /// <param name="folder">Must not exist.</param>
    /// <param name="options">Of the run.</param>
    /// <param name="ranking">Of its documents.</param>
    /// <param name="scratch">For what does not fit the memory.</param>
    /// <param name="bands">Of all documents, with ranks.</param>
    /// <param name="representative">Which rank stands for a rank; null for none.</param>
    public static void Write(
        string folder, MinHashOptions options, Ranking ranking, string scratch, IEnumerable<BandRecord> bands,
        Func<int, int?> representative)
    {
        if (Path.Exists(folder))
        {
            throw new IOException($"{folder} must be a new folder for an index but exists; delete it or name another");
        }

        string partial = Path.TrimEndingDirectorySeparator(folder) + ".partial";
        Directory.CreateDirectory(partial);
        var index = new MinHashIndex(partial, 0);
        int[] places = new int[ranking.Count];
        Array.Fill(places, -1);
        for (int rank = 0; rank < ranking.Count; rank++)
        {
            if (representative(rank) is { } other)
            {
                places[other] = 0;
            }
        }

        int count = WriteSurvivors(index.Survivors, ranking, places);
        using var sort = new ExternalSort<BandRecord>(scratch, "index", options.MemoryBytes / 4);
        foreach (BandRecord band in bands)
        {
            if (representative(band.Document) is { } other)
            {
                sort.Add(band with { Document = places[other] });
            }
        }

        RunFile.Write(Path.Combine(partial, "bands"), sort.Sorted(), BufferBytes);
        File.WriteAllBytes(
            Path.Combine(partial, "index.json"), JsonSerializer.SerializeToUtf8Bytes(HeaderOf(options, count)));
        Directory.Move(partial, folder);
    }

    /// <summary>Copies the records that are wanted, from the best, and numbers them.</summary>
    private static int WriteSurvivors(string path, Ranking ranking, int[] places)
    {
        using FileStream stream = File.Create(path);
        var writer = new SummaryWriter(stream);
        byte[] buffer = [];
        (int rank, int count) = (0, 0);
        foreach (RankedDocument document in ranking.All())
        {
            if (places[rank] >= 0)
            {
                writer.Write(ranking.Summaries.Read(document.Location, ref buffer));
                places[rank] = count++;
            }

            rank++;
        }

        writer.Flush();
        return count;
    }

    private static Header HeaderOf(MinHashOptions options, int count) => new(
        1, count, options.Hashes, options.Banding.Bands, options.Banding.Rows, options.Unit.ToString(),
        options.ShingleLength, options.Verify.ToString(), options.Seed, options.Survivor.ToString(),
        options.SurvivorBy);

    private sealed record Header(
        int Version, int Count, int Hashes, int Bands, int Rows, string Unit, int ShingleLength, string Verify,
        ulong Seed, string Survivor, string? SurvivorBy);
}
