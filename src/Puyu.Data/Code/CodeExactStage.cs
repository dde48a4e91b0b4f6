using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Code;

/// <summary>
/// Removes source files that are the same up to indentation and blank lines; of those that are, the one with the
/// smallest key stays.
/// </summary>
public sealed class CodeExactStage : ICorpusStage
{
    private const int Buckets = 64;

    /// <inheritdoc/>
    public string Name => "code-exact";

    /// <inheritdoc/>
    public void Summarize(IEnumerable<Document> part, Stream summary)
    {
        ArgumentNullException.ThrowIfNull(part);
        using var writer = new BinaryWriter(summary, Encoding.UTF8, leaveOpen: true);
        foreach (Document document in part)
        {
            Write(writer, new Entry(CodeFingerprint.Of(document.Text), document.Source, document.Id));
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Decision> Decide(IReadOnlyList<string> summaries, string folder)
    {
        ArgumentNullException.ThrowIfNull(summaries);
        string[] buckets = [.. Enumerable.Range(0, Buckets).Select(i =>
            Path.Combine(folder, FormattableString.Invariant($"fingerprints-{i:d2}")))];
        BinaryWriter[] writers = [.. buckets.Select(bucket => new BinaryWriter(File.Create(bucket), Encoding.UTF8))];
        foreach (Entry entry in summaries.SelectMany(Read))
        {
            Write(writers[(int)(entry.Fingerprint % Buckets)], entry);
        }

        Array.ForEach(writers, writer => writer.Dispose());
        using var decisions = new DecisionSpill(folder);
        foreach (string bucket in buckets)
        {
            foreach (IGrouping<UInt128, Entry> same in Read(bucket).GroupBy(entry => entry.Fingerprint))
            {
                Entry kept = same.MinBy(entry => entry.Source.Key);
                foreach (Entry copy in same.Where(entry => entry.Source != kept.Source))
                {
                    decisions.Add(new Decision(
                        copy.Source.Key, "same-code", 1, 1, kept.Id, kept.Source, default));
                }
            }
        }

        foreach (Decision decision in decisions.InOrder())
        {
            yield return decision;
        }
    }

    /// <inheritdoc/>
    public Document? Apply(Document document, Decision decision) => null;

    private static void Write(BinaryWriter writer, Entry entry)
    {
        writer.Write((ulong)(entry.Fingerprint >> 64));
        writer.Write((ulong)entry.Fingerprint);
        CodeRecord.WriteSource(writer, entry.Source);
        writer.Write(entry.Id);
    }

    private static IEnumerable<Entry> Read(string path)
    {
        using var reader = new BinaryReader(File.OpenRead(path), Encoding.UTF8);
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            yield return new Entry(
                new UInt128(reader.ReadUInt64(), reader.ReadUInt64()), CodeRecord.ReadSource(reader),
                reader.ReadString());
        }
    }

    private readonly record struct Entry(UInt128 Fingerprint, DocumentSource Source, string Id);
}
