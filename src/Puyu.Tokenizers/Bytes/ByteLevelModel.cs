using System.Globalization;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Bytes;

/// <summary>The vocabulary and merges of a byte-level tokenizer. Shared by threads.</summary>
internal sealed class ByteLevelModel
{
    // Splitting a token in every way is quadratic in its length.
    private const int MaxTokenBytes = 1024;

    private ByteLevelModel(ByteStrings tokens, MergeTable merges, bool takesWholePretokens)
    {
        Tokens = tokens;
        Merges = merges;
        TakesWholePretokens = takesWholePretokens;
        ByteIds = FindBytes(tokens);
        Junctions = new JunctionSet(merges, tokens);
    }

    /// <summary>Bytes by id; special tokens are empty here.</summary>
    public ByteStrings Tokens { get; }

    /// <summary>Which pairs merge.</summary>
    public MergeTable Merges { get; }

    /// <summary>Whether a pretoken that is a token becomes it even where no merges lead there.</summary>
    public bool TakesWholePretokens { get; }

    /// <summary>Where a pretoken must not be cut.</summary>
    public JunctionSet Junctions { get; }

    /// <summary>Id of each byte.</summary>
    public int[] ByteIds { get; }

    /// <summary>Builds the merges from the tokens alone: a token's rank is its id.</summary>
    /// <remarks>
    /// By definition any two neighbours whose joined bytes are a token merge. But merges inside a stretch of text that
    /// becomes one token never look outside it, so where the merges before a token leave two symbols of its bytes,
    /// these are the only pair it ever arises from. Where they leave more, because a part of the token has a later
    /// rank, every way to split it is noted. Trained vocabularies have none of those.
    /// </remarks>
    public static ByteLevelModel FromRanks(IReadOnlyList<byte[]> tokens)
    {
        var strings = new ByteStrings(tokens);
        int[] byteIds = FindBytes(strings);
        var merges = new MergeTable(tokens.Count);
        var merger = new Merger(merges);
        for (int id = 0; id < tokens.Count; id++)
        {
            byte[] token = tokens[id];
            ThrowIfOdd(token, id, strings);
            if (token.Length > 1)
            {
                int[] symbols = Array.ConvertAll(token, value => byteIds[value]);
                if (merger.Merge(symbols) == 2)
                {
                    merges.TryAdd(symbols[0], symbols[1], id, id);
                }
                else
                {
                    AddEverySplit(token, id, strings, merges);
                }
            }
        }

        return new ByteLevelModel(strings, merges, takesWholePretokens: true);
    }

    /// <summary>Takes merges as they were written down, earliest first.</summary>
    public static ByteLevelModel FromMerges(ByteStrings tokens, MergeTable merges, bool takesWholePretokens) =>
        new(tokens, merges, takesWholePretokens);

    private static void ThrowIfOdd(byte[] token, int id, ByteStrings strings)
    {
        if (token.Length > MaxTokenBytes)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"token {id} has {token.Length} bytes but at most {MaxTokenBytes} are allowed"));
        }

        if (token.Length > 0 && strings.Find(token) is int other && other != id)
        {
            throw new ArgumentException(string.Create(
                CultureInfo.InvariantCulture,
                $"token {id} is '{Convert.ToHexString(token)}' but token {other} is too"));
        }
    }

    private static void AddEverySplit(ReadOnlySpan<byte> token, int id, ByteStrings strings, MergeTable merges)
    {
        for (int middle = 1; middle < token.Length; middle++)
        {
            int left = strings.Find(token[..middle]);
            int right = strings.Find(token[middle..]);
            if (left >= 0 && right >= 0)
            {
                merges.TryAdd(left, right, id, id);
            }
        }
    }

    private static int[] FindBytes(ByteStrings tokens)
    {
        var ids = new int[256];
        for (int value = 0; value < ids.Length; value++)
        {
            ids[value] = tokens.Find([(byte)value]);
            if (ids[value] < 0)
            {
                throw new ArgumentException($"the vocabulary has no token for byte 0x{value:X2} but must have all 256");
            }
        }

        return ids;
    }
}
