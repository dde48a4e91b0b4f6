using Puyu.Abstractions;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;
using Puyu.Data.Tokens;

namespace Puyu.Data.Mixing;

/// <summary>
/// The tokens of a part, ids end to end, and beside them a record for each document: its number, its tokens, and the
/// fingerprint of its text.
/// </summary>
internal static class TokenizedPart
{
    private static ReadOnlySpan<byte> Magic => "PuyuCnt1"u8;

    /// <summary>Writes both files, each whole or not at all; the ids appear last.</summary>
    public static void Write(
        string ids, string counts, IEnumerable<(int Number, Document Document)> documents, TokenEncoder encoder,
        int tokenBytes) => AtomicFile.Write(ids, stream => AtomicFile.Write(counts, records =>
        {
            var writer = new RecordWriter(records, Magic);
            foreach ((int number, Document document) in documents)
            {
                ReadOnlySpan<int> tokenIds = encoder.Encode(document);
                TokenBytes.Write(stream, tokenIds, tokenBytes);
                writer.Number(number);
                writer.Number(tokenIds.Length);
                writer.Number(TextFingerprint.Of(document.Text));
                writer.End();
            }
        }));

    /// <summary>Reads the records of the documents.</summary>
    public static IEnumerable<(int Number, int Tokens, long Fingerprint)> ReadCounts(string counts)
    {
        using var reader = new RecordReader(counts, Magic);
        while (reader.Next())
        {
            yield return ((int)reader.Number(), (int)reader.Number(), reader.Number());
        }
    }
}
