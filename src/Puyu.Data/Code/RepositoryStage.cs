using System.Collections.Immutable;
using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Code;

/// <summary>
/// Makes one Markdown text, or several of bounded length, of the files of each repository, in the order of their
/// dependencies. Documents have the metadata <c>repository</c> and <c>path</c>; those without repository stay as they
/// are.
/// </summary>
/// <remarks>
/// A corpus stage rather than a reader, because it comes behind deduplication and quality, which look at single files.
/// The text takes the place of its first file, the other files are removed and name it. The metadata <c>files</c>
/// counts them, <c>cycles</c> lists files that import each other.
/// </remarks>
public sealed class RepositoryStage : ICorpusStage
{
    private const int MaxBuckets = 256;
    private const long BucketBytes = 64 << 20;

    private readonly RepositoryOptions _options;
    private readonly Func<string, int> _countTokens;

    /// <summary>Makes the stage.</summary>
    /// <param name="options">How long texts are.</param>
    /// <param name="countTokens">Counts the tokens of a text; null for a quarter of its bytes.</param>
    /// <exception cref="Abstractions.OptionsException">An option is out of range.</exception>
    public RepositoryStage(RepositoryOptions options, Func<string, int>? countTokens = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Validated();
        _countTokens = countTokens ?? CodePacker.CountRoughly;
    }

    /// <inheritdoc/>
    public string Name => "repository";

    /// <inheritdoc/>
    public void Summarize(IEnumerable<Document> part, Stream summary)
    {
        ArgumentNullException.ThrowIfNull(part);
        using var writer = new BinaryWriter(summary, Encoding.UTF8, leaveOpen: true);
        foreach (Document document in part)
        {
            CodeRecord.Of(document)?.Write(writer);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Decision> Decide(IReadOnlyList<string> summaries, string folder)
    {
        ArgumentNullException.ThrowIfNull(summaries);
        using var decisions = new DecisionSpill(folder);
        foreach (string bucket in Divide(summaries, folder))
        {
            using FileStream stream = File.OpenRead(bucket);
            foreach (IGrouping<string, CodeRecord> repository in CodeRecord.ReadAll(stream)
                .GroupBy(record => record.Repository, StringComparer.Ordinal))
            {
                Assemble(repository, decisions);
            }
        }

        foreach (Decision decision in decisions.InOrder())
        {
            yield return decision;
        }
    }

    /// <inheritdoc/>
    public Document? Apply(Document document, Decision decision)
    {
        ArgumentNullException.ThrowIfNull(document);
        ArgumentNullException.ThrowIfNull(decision);
        if (decision.Payload.IsEmpty)
        {
            return null;
        }

        using var reader = new BinaryReader(new MemoryStream(decision.Payload.ToArray()), Encoding.UTF8);
        ImmutableSortedDictionary<string, string> metadata = document.Metadata
            .SetItem("files", reader.ReadString());
        string cycles = reader.ReadString();
        metadata = cycles.Length > 0 ? metadata.SetItem("cycles", cycles) : metadata;
        return document with { Text = reader.ReadString(), Metadata = metadata, Spans = [] };
    }

    /// <summary>Divides the files by repository: those of one are together, and few are in memory at once.</summary>
    private static List<string> Divide(IReadOnlyList<string> summaries, string folder)
    {
        long bytes = summaries.Sum(summary => new FileInfo(summary).Length);
        int count = (int)Math.Clamp(bytes / BucketBytes, 1, MaxBuckets);
        List<string> buckets = [.. Enumerable.Range(0, count).Select(i =>
            Path.Combine(folder, FormattableString.Invariant($"repositories-{i:d3}")))];
        BinaryWriter[] writers = [.. buckets.Select(bucket => new BinaryWriter(File.Create(bucket), Encoding.UTF8))];
        foreach (string summary in summaries)
        {
            using FileStream stream = File.OpenRead(summary);
            foreach (CodeRecord record in CodeRecord.ReadAll(stream))
            {
                UInt128 hash = Hashing.Hash128(Encoding.UTF8.GetBytes(record.Repository));
                record.Write(writers[(int)(hash % (UInt128)count)]);
            }
        }

        Array.ForEach(writers, writer => writer.Dispose());
        return buckets;
    }

    private void Assemble(IEnumerable<CodeRecord> records, DecisionSpill decisions)
    {
        // Of two documents with one path, that of the smaller key counts, whatever the order of parts.
        var byPath = new Dictionary<string, CodeRecord>(StringComparer.Ordinal);
        var repeated = new List<CodeRecord>();
        foreach (CodeRecord record in records.OrderBy(record => record.Source.Key))
        {
            if (!byPath.TryAdd(record.Path, record))
            {
                repeated.Add(record);
            }
        }

        var files = new RepositoryFiles(byPath.Select(file => KeyValuePair.Create(file.Key, file.Value.Text)));
        CodeAssembly assembly = CodeAssembly.Of(files);
        List<string> sections = [.. assembly.Paths.Select(path => CodeMarkdown.Section(path, files.Text(path)))];
        foreach (CodePack pack in CodePacker.Pack(sections, _options.TokenLimit, _countTokens))
        {
            List<CodeRecord> packed =
                [.. assembly.Paths.Skip(pack.First).Take(pack.Count).Select(path => byPath[path])];
            CodeRecord head = packed[0];
            decisions.Add(new Decision(
                head.Source.Key, "assembled", pack.Tokens, _options.TokenLimit, null, DocumentSource.None,
                Payload(pack, assembly, packed)));
            foreach (CodeRecord member in packed.Skip(1))
            {
                decisions.Add(new Decision(
                    member.Source.Key, "part-of-repository", pack.Tokens, _options.TokenLimit, head.Id, head.Source,
                    default));
            }
        }

        foreach (CodeRecord copy in repeated)
        {
            CodeRecord first = byPath[copy.Path];
            decisions.Add(new Decision(
                copy.Source.Key, "path-repeated", 1, 0, first.Id, first.Source, default));
        }
    }

    private static byte[] Payload(CodePack pack, CodeAssembly assembly, List<CodeRecord> packed)
    {
        var paths = packed.Select(record => record.Path).ToHashSet(StringComparer.Ordinal);
        IEnumerable<string> cycles = assembly.Cycles.Where(cycle => cycle.Any(paths.Contains))
            .Select(cycle => string.Join(", ", cycle));
        using var payload = new MemoryStream();
        using (var writer = new BinaryWriter(payload, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(FormattableString.Invariant($"{pack.Count}"));
            writer.Write(string.Join("; ", cycles));
            writer.Write(pack.Text);
        }

        return payload.ToArray();
    }
}
