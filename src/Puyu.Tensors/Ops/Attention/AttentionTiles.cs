using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>
/// How attention is cut into pieces. The queries of a sequence that share a key-value head, row after row and within a
/// row head after head, are numbered; up to 32 consecutive ones are the lanes of a tile. Keys come in tiles of 64 that
/// start at multiples of 64 of the position in their sequence.
/// </summary>
/// <remarks>
/// A lane's result is a function of its query and of the keys up to its position alone: neither the other lanes nor how
/// a sequence is cut into chunks enters it.
/// </remarks>
internal static class AttentionTiles
{
    /// <summary>Most queries in a tile; distance of the rows of a tile of scores.</summary>
    public const int Lanes = 32;

    /// <summary>Keys in a tile.</summary>
    public const int Keys = 64;

    /// <summary>
    /// Keys after which the sums begin anew, at multiples of it: parts of a long context can be done side by side and
    /// are then combined in order, always.
    /// </summary>
    public const int PartKeys = 1024;

    /// <summary>
    /// Tiles of queries that a piece of the forward has, so that they share tiles of keys and values.
    /// </summary>
    public const int TilesOfPiece = 8;

    /// <summary>Tiles of queries in a sequence of <paramref name="rows"/> rows, for one key-value head.</summary>
    public static int Count(int rows, QkvLayout layout) => (int)((((long)rows * layout.GroupSize) + Lanes - 1) / Lanes);

    /// <summary><paramref name="count"/> rounded up to a multiple of <paramref name="unit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RoundUp(int count, int unit) => (count + unit - 1) / unit * unit;
}

/// <summary>Which tiles of queries a piece of work is about.</summary>
/// <param name="Sequence">Number of the sequence.</param>
/// <param name="KvHead">Key-value head.</param>
/// <param name="FirstTile">Number of the first tile in the sequence.</param>
internal readonly record struct AttentionPiece(int Sequence, int KvHead, int FirstTile)
{
    /// <summary>Number of pieces of the forward of all sequences that have at least some number of rows.</summary>
    public static unsafe int Count(int* cuSeqLens, int sequences, QkvLayout layout, int leastRows)
    {
        long count = 0;
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            count += CountOf(sequence, cuSeqLens, layout, leastRows);
        }

        return checked((int)(count * layout.KvHeads));
    }

    /// <summary>
    /// The piece of a number. Within a sequence the last tiles, which attend to the most, come first.
    /// </summary>
    public static unsafe AttentionPiece Find(int number, int* cuSeqLens, QkvLayout layout, int leastRows)
    {
        for (int sequence = 0; ; sequence++)
        {
            int pieces = CountOf(sequence, cuSeqLens, layout, leastRows);
            if (number < pieces * layout.KvHeads)
            {
                int group = pieces - 1 - (number / layout.KvHeads);
                return new AttentionPiece(sequence, number % layout.KvHeads, group * AttentionTiles.TilesOfPiece);
            }

            number -= pieces * layout.KvHeads;
        }
    }

    private static unsafe int CountOf(int sequence, int* cuSeqLens, QkvLayout layout, int leastRows)
    {
        int rows = cuSeqLens[sequence + 1] - cuSeqLens[sequence];
        int tiles = rows < leastRows ? 0 : AttentionTiles.Count(rows, layout);
        return (tiles + AttentionTiles.TilesOfPiece - 1) / AttentionTiles.TilesOfPiece;
    }
}
