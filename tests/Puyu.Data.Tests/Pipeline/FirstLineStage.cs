using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

/// <summary>
/// A corpus stage for tests: of documents with the same first line, the one of the least key stays; the others go, or
/// lose that line if there is more.
/// </summary>
internal sealed class FirstLineStage : ICorpusStage
{
    public string Name => "first-line";

    public static StageFactory Factory { get; } = new("first-line", (_, _) => new FirstLineStage());

    public void Summarize(IEnumerable<Document> part, Stream summary)
    {
        using var writer = new BinaryWriter(summary, Encoding.UTF8, leaveOpen: true);
        foreach (Document document in part)
        {
            writer.Write(document.Text.Split('\n')[0]);
            writer.Write((ulong)(document.Source.Key >> 64));
            writer.Write((ulong)document.Source.Key);
            writer.Write(document.Id);
            writer.Write(document.Source.File);
            writer.Write(document.Source.Offset);
            writer.Write(document.Source.Index);
        }
    }

    public IEnumerable<Decision> Decide(IReadOnlyList<string> summaries, string folder)
    {
        var byLine = new Dictionary<string, List<(UInt128 Key, string Id, DocumentSource Source)>>();
        foreach (string path in summaries)
        {
            using var reader = new BinaryReader(File.OpenRead(path));
            while (reader.BaseStream.Position < reader.BaseStream.Length)
            {
                string line = reader.ReadString();
                var key = new UInt128(reader.ReadUInt64(), reader.ReadUInt64());
                string id = reader.ReadString();
                var source = new DocumentSource(reader.ReadString(), reader.ReadInt64(), reader.ReadInt32());
                byLine.TryAdd(line, []);
                byLine[line].Add((key, id, source));
            }
        }

        return byLine.Values.SelectMany(same =>
        {
            (_, string id, DocumentSource source) = same.MinBy(document => document.Key);
            return same.Where(document => document.Source != source).Select(document => new Decision(
                document.Key, "same-first-line", same.Count, 1, id, source, Encoding.UTF8.GetBytes(id)));
        }).OrderBy(decision => decision.Key);
    }

    public Document? Apply(Document document, Decision decision)
    {
        int end = document.Text.IndexOf('\n', StringComparison.Ordinal);
        return end < 0 ? null : document with { Text = document.Text[(end + 1)..] };
    }
}
