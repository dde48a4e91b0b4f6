using System.Buffers.Binary;
using Puyu.Abstractions;

namespace Puyu.Data.Pipeline;

/// <summary>
/// What a corpus stage decided: records in the order of keys, and beside them an index of fixed size an entry, in
/// which the decision on one document is found without reading the others.
/// </summary>
internal sealed class DecisionFile : IDisposable
{
    private const int HeaderBytes = 16;
    private const int EntryBytes = 24;

    private readonly MappedFile _index;
    private readonly RecordReader _records;
    private readonly long _count;

    /// <summary>Opens what <see cref="Write"/> wrote.</summary>
    public DecisionFile(string path)
    {
        _records = new RecordReader(RecordsOf(path), Magic, bufferBytes: 512);
        _index = new MappedFile(path);
        _count = BinaryPrimitives.ReadInt64LittleEndian(_index.Slice(8, 8));
    }

    private static ReadOnlySpan<byte> Magic => "PuyuDec1"u8;

    /// <summary>Writes decisions as they come. The index, at <paramref name="path"/>, appears last.</summary>
    /// <exception cref="InvalidOperationException">The keys do not ascend.</exception>
    public static void Write(string path, IEnumerable<Decision> decisions, CancellationToken cancellationToken) =>
        AtomicFile.Write(path, index => AtomicFile.Write(RecordsOf(path), records =>
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            Magic.CopyTo(header);
            index.Write(header);
            var writer = new RecordWriter(records, Magic);
            long count = WriteAll(index, writer, decisions, cancellationToken);
            BinaryPrimitives.WriteInt64LittleEndian(header[8..], count);
            index.Position = 0;
            index.Write(header);
        }));

    /// <summary>The decision on a document, or null.</summary>
    /// <remarks>Keys are hashes, so they lie evenly: the place of one is guessed to within a few entries.</remarks>
    public Decision? Find(UInt128 key)
    {
        long low = 0;
        long high = _count;
        UInt128 least = 0;
        UInt128 greatest = UInt128.MaxValue;
        for (bool guesses = true; low < high; guesses = !guesses)
        {
            long middle = guesses
                ? low + (long)((double)(key - least) / ((double)(greatest - least) + 1) * (high - low))
                : low + ((high - low) / 2);
            middle = Math.Clamp(middle, low, high - 1);
            ReadOnlySpan<byte> entry = _index.Slice(HeaderBytes + (EntryBytes * middle), EntryBytes);
            UInt128 found = BinaryPrimitives.ReadUInt128LittleEndian(entry);
            if (found == key)
            {
                return Read(BinaryPrimitives.ReadInt64LittleEndian(entry[16..]));
            }

            (low, least) = found < key ? (middle + 1, found) : (low, least);
            (high, greatest) = found > key ? (middle, found) : (high, greatest);
        }

        return null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _records.Dispose();
        _index.Dispose();
    }

    private static string RecordsOf(string path) => path + ".records";

    private static long WriteAll(
        Stream index, RecordWriter writer, IEnumerable<Decision> decisions, CancellationToken cancellationToken)
    {
        Span<byte> entry = stackalloc byte[EntryBytes];
        long count = 0;
        UInt128 last = 0;
        foreach (Decision decision in decisions)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (count > 0 && decision.Key <= last)
            {
                throw new InvalidOperationException(
                    $"decision {count} is on {decision.Key:x32} but keys must ascend and the last was {last:x32}");
            }

            last = decision.Key;
            BinaryPrimitives.WriteUInt128LittleEndian(entry, decision.Key);
            BinaryPrimitives.WriteInt64LittleEndian(entry[16..], Magic.Length + writer.Bytes);
            index.Write(entry);
            writer.Key(decision.Key);
            writer.Text(decision.Rule);
            writer.Single(decision.Value);
            writer.Single(decision.Threshold);
            writer.TextOrNull(decision.MatchedId);
            writer.Source(decision.MatchedSource);
            writer.Blob(decision.Payload.Span);
            writer.End();
            count++;
        }

        return count;
    }

    private Decision Read(long offset)
    {
        _records.Seek(offset);
        _records.Next();
        return new Decision(
            _records.Key(), _records.Text(), _records.Single(), _records.Single(), _records.TextOrNull(),
            _records.Source(), _records.Blob().ToArray());
    }
}
