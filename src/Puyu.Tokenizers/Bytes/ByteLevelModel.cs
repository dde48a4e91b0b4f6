using System.Globalization;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Bytes;

/// <summary>The vocabulary and merges of a byte-level tokenizer. Shared by threads.</summary>
internal sealed class ByteLevelModel
{
    private ByteLevelModel(ByteStrings tokens, MergeTable merges, bool takesWholePretokens)
    {
        Tokens = tokens;
        Merges = merges;
        TakesWholePretokens = takesWholePretokens;
        ByteIds = FindBytes(tokens);
    }

    /// <summary>Bytes by id; special tokens are empty here.</summary>
    public ByteStrings Tokens { get; }

    /// <summary>Which pairs merge.</summary>
    public MergeTable Merges { get; }

    /// <summary>Whether a pretoken that is a token becomes it even where no merges lead there.</summary>
    public bool TakesWholePretokens { get; }

    /// <summary>Id of each byte.</summary>
    public int[] ByteIds { get; }

    /// <summary>Builds the merges from the tokens alone: a token's rank is its id.</summary>
    /// <remarks>
    /// A token can only arise from the pair that merging its own bytes ends in, because merges inside a stretch of
    /// text that becomes one token never look outside it. So each token, in the order of ranks, is encoded by the
    /// merges before it; where two symbols remain they are its pair, and where more do, no merge leads to it.
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
            if (token.Length > 0 && strings.Find(token) is int other && other != id)
            {
                throw new ArgumentException(string.Create(
                    CultureInfo.InvariantCulture, $"token {id} is '{Convert.ToHexString(token)}' but token {other} is too"));
            }

            if (token.Length > 1)
            {
                int[] symbols = Array.ConvertAll(token, value => byteIds[value]);
                if (merger.Merge(symbols) == 2)
                {
                    merges.TryAdd(symbols[0], symbols[1], id, id);
                }
            }
        }

        return new ByteLevelModel(strings, merges, takesWholePretokens: true);
    }

    /// <summary>Takes merges as they were written down, earliest first.</summary>
    public static ByteLevelModel FromMerges(ByteStrings tokens, MergeTable merges, bool takesWholePretokens) =>
        new(tokens, merges, takesWholePretokens);

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
