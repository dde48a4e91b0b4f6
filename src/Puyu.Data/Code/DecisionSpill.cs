using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Code;

/// <summary>
/// Decisions taken in any order, given back in the order of their keys: kept in 256 files by the first byte of the key,
/// each of which is sorted in memory.
/// </summary>
/// <param name="folder">Where the files go.</param>
internal sealed class DecisionSpill(string folder) : IDisposable
{
    private const int Buckets = 256;

    private readonly BinaryWriter?[] _writers = new BinaryWriter?[Buckets];

    /// <summary>Takes a decision.</summary>
    public void Add(Decision decision)
    {
        int bucket = (int)(byte)(decision.Key >> 120);
        BinaryWriter writer = _writers[bucket] ??= new BinaryWriter(File.Create(FileOf(bucket)), Encoding.UTF8);
        writer.Write((ulong)(decision.Key >> 64));
        writer.Write((ulong)decision.Key);
        writer.Write(decision.Rule);
        writer.Write(decision.Value);
        writer.Write(decision.Threshold);
        writer.Write(decision.MatchedId is not null);
        writer.Write(decision.MatchedId ?? "");
        CodeRecord.WriteSource(writer, decision.MatchedSource);
        writer.Write(decision.Payload.Length);
        writer.Write(decision.Payload.Span);
    }

    /// <summary>All decisions, in ascending order of their keys.</summary>
    public IEnumerable<Decision> InOrder()
    {
        Dispose();
        for (int bucket = 0; bucket < Buckets; bucket++)
        {
            if (_writers[bucket] is null)
            {
                continue;
            }

            foreach (Decision decision in Read(bucket).OrderBy(decision => decision.Key))
            {
                yield return decision;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (BinaryWriter? writer in _writers)
        {
            writer?.Dispose();
        }
    }

    private string FileOf(int bucket) => Path.Combine(folder, FormattableString.Invariant($"decisions-{bucket:d3}"));

    private List<Decision> Read(int bucket)
    {
        var decisions = new List<Decision>();
        using var reader = new BinaryReader(File.OpenRead(FileOf(bucket)), Encoding.UTF8);
        while (reader.BaseStream.Position < reader.BaseStream.Length)
        {
            var key = new UInt128(reader.ReadUInt64(), reader.ReadUInt64());
            string rule = reader.ReadString();
            float value = reader.ReadSingle();
            float threshold = reader.ReadSingle();
            bool matches = reader.ReadBoolean();
            string id = reader.ReadString();
            DocumentSource source = CodeRecord.ReadSource(reader);
            byte[] payload = reader.ReadBytes(reader.ReadInt32());
            decisions.Add(new Decision(key, rule, value, threshold, matches ? id : null, source, payload));
        }

        return decisions;
    }
}
