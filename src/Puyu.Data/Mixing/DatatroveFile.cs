using System.Buffers.Binary;
using System.Globalization;
using Puyu.Abstractions;
using Puyu.Data.Tokens;

namespace Puyu.Data.Mixing;

/// <summary>
/// datatrove's format: <c>.ds</c> of ids, <c>.ds.index</c> of the ends of documents, in tokens, 64 bits each, and
/// <c>.ds.metadata</c> of three lines: tokenizer and bytes of an id, number of tokens, and the same for people.
/// </summary>
/// <remarks>
/// Source: datatrove, pipeline/tokens/tokenizer.py. Its <c>.ds.loss</c> marks tokens without loss; there are none here.
/// </remarks>
internal static class DatatroveFile
{
    private const string Prefixes = " kMGTPE";

    /// <summary>Writes the three files of a shard.</summary>
    /// <param name="path">Without ending.</param>
    /// <param name="facts">What is known of the tokens.</param>
    /// <param name="fill">Adds the documents.</param>
    public static void Write(string path, TokenFileFacts facts, Action<Action<ReadOnlySpan<int>>> fill)
    {
        int tokenBytes = TokenBytes.Of(facts.VocabSize);
        var ends = new List<long>();
        AtomicFile.Write(path + ".ds", stream => fill(ids =>
        {
            TokenBytes.Write(stream, ids, tokenBytes);
            ends.Add((ends.Count == 0 ? 0 : ends[^1]) + ids.Length);
        }));
        AtomicFile.Write(path + ".ds.index", stream => WriteIndex(stream, ends));
        long tokens = ends.Count == 0 ? 0 : ends[^1];
        AtomicFile.WriteText(path + ".ds.metadata", string.Create(
            CultureInfo.InvariantCulture, $"{facts.Tokenizer}|{tokenBytes}\n{tokens}\n{Rounded(tokens)}"));
    }

    /// <summary>Writes the ends of documents.</summary>
    public static void WriteIndex(Stream stream, IEnumerable<long> ends)
    {
        Span<byte> bytes = stackalloc byte[8];
        foreach (long end in ends)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes, end);
            stream.Write(bytes);
        }
    }

    /// <summary>A count with three digits and a prefix, such as <c>12.3 kT</c>.</summary>
    public static string Rounded(long tokens)
    {
        int exponent = tokens == 0 ? 0 : (int)Math.Floor(Math.Log10(tokens));
        string digits = (tokens / Math.Pow(1000, exponent / 3))
            .ToString($"F{2 - (exponent % 3)}", CultureInfo.InvariantCulture);
        return $"{digits} {Prefixes[exponent / 3].ToString().Trim()}T";
    }
}
