using Puyu.Data.Pipeline;

namespace Puyu.Data.Mixing;

/// <summary>What a mixture has to know of a document.</summary>
/// <param name="Number">Of the document in its part.</param>
/// <param name="Key">Tells it apart from all others.</param>
/// <param name="Group">Index of its group; -1 if it is left out.</param>
/// <param name="First">Its first token among those of the part.</param>
/// <param name="Tokens">How many it has.</param>
internal readonly record struct Lot(int Number, UInt128 Key, int Group, long First, int Tokens);

/// <summary>The lots of a part.</summary>
internal static class LotFile
{
    private static ReadOnlySpan<byte> Magic => "PuyuLot1"u8;

    /// <summary>Writes a file. A document without a token is left out.</summary>
    /// <param name="stream">At its beginning.</param>
    /// <param name="documents">The documents of a part.</param>
    /// <param name="counts">The numbers of their tokens, in the same order.</param>
    /// <param name="groupOf">Group of a document.</param>
    /// <exception cref="InvalidDataException">The counts are not of these documents.</exception>
    public static void Write(
        Stream stream, IEnumerable<(int Number, Document Document)> documents,
        IEnumerable<(int Number, int Tokens, long Fingerprint)> counts, Func<Document, int> groupOf)
    {
        var writer = new RecordWriter(stream, Magic);
        long first = 0;
        foreach (((int number, Document document), (int counted, int tokens, _)) in documents.Zip(counts))
        {
            if (number != counted)
            {
                throw new InvalidDataException($"document {number} was counted as {counted}; delete work");
            }

            writer.Number(number);
            writer.Key(document.Source.Key);
            writer.Number(tokens == 0 ? 0 : groupOf(document) + 1);
            writer.Number(first);
            writer.Number(tokens);
            writer.End();
            first += tokens;
        }
    }

    /// <summary>Reads a file.</summary>
    public static IEnumerable<Lot> Read(string path)
    {
        using var reader = new RecordReader(path, Magic);
        while (reader.Next())
        {
            yield return new Lot(
                (int)reader.Number(), reader.Key(), (int)reader.Number() - 1, reader.Number(), (int)reader.Number());
        }
    }
}
