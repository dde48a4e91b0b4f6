using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>
/// How attention is cut into pieces. The queries of a sequence that share a key-value head, row after row and within a
/// row head after head, are numbered; up to 64 consecutive ones are the lanes of a tile. Keys come in tiles of 64 that
/// start at multiples of 64 of the position in their sequence.
/// </summary>
/// <remarks>
/// A lane's result is a function of its query and of the keys up to its position alone: neither the other lanes nor how
/// a sequence is cut into chunks enters it.
/// </remarks>
internal static class AttentionTiles
{
    /// <summary>Most queries in a tile; distance of the rows of a tile of scores.</summary>
    public const int Lanes = 64;

    /// <summary>Keys in a tile.</summary>
    public const int Keys = 64;

    /// <summary>Tiles of queries in a sequence of <paramref name="rows"/> rows, for one key-value head.</summary>
    public static int Count(int rows, QkvLayout layout) => (int)((((long)rows * layout.GroupSize) + Lanes - 1) / Lanes);

    /// <summary><paramref name="count"/> rounded up to a multiple of <paramref name="unit"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int RoundUp(int count, int unit) => (count + unit - 1) / unit * unit;
}

/// <summary>Which tile of queries a piece of work is about.</summary>
/// <param name="Sequence">Number of the sequence.</param>
/// <param name="KvHead">Key-value head.</param>
/// <param name="Tile">Number of the tile in the sequence.</param>
internal readonly record struct AttentionPiece(int Sequence, int KvHead, int Tile)
{
    /// <summary>Number of pieces of all sequences.</summary>
    public static unsafe int Count(int* cuSeqLens, int sequences, QkvLayout layout)
    {
        long count = 0;
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            count += AttentionTiles.Count(cuSeqLens[sequence + 1] - cuSeqLens[sequence], layout);
        }

        return checked((int)(count * layout.KvHeads));
    }

    /// <summary>The piece of a number. Within a sequence the last tiles, which attend to the most, come first.</summary>
    public static unsafe AttentionPiece Find(int number, int* cuSeqLens, QkvLayout layout)
    {
        for (int sequence = 0; ; sequence++)
        {
            int tiles = AttentionTiles.Count(cuSeqLens[sequence + 1] - cuSeqLens[sequence], layout);
            if (number < tiles * layout.KvHeads)
            {
                return new AttentionPiece(sequence, number % layout.KvHeads, tiles - 1 - (number / layout.KvHeads));
            }

            number -= tiles * layout.KvHeads;
        }
    }
}
