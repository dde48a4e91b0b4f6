using System.Numerics;
using System.Runtime.InteropServices;

namespace Puyu.Data.Deduplication;

/// <summary>Runs of consecutive words, hashed; a text shorter than a shingle is one shingle.</summary>
internal static class Shingles
{
    /// <summary>Number of shingles of a text, repeated ones included.</summary>
    public static int Count(int words, int shingleWords) => words == 0 ? 0 : Math.Max(1, words - shingleWords + 1);

    /// <summary>Hash of the shingle that begins at a word.</summary>
    public static ulong At(ReadOnlySpan<ulong> words, int first, int shingleWords)
    {
        ulong shingle = 0;
        foreach (ulong word in words.Slice(first, Math.Min(shingleWords, words.Length - first)))
        {
            shingle = (BitOperations.RotateLeft(shingle, 23) ^ word) * 0x9FB21C651E98DF25;
        }

        return Hashing.Mix(shingle);
    }

    /// <summary>The set of a text's shingles.</summary>
    /// <param name="text">The text.</param>
    /// <param name="shingleWords">Words of a shingle.</param>
    /// <param name="words">Scratch, overwritten.</param>
    /// <param name="shingles">Overwritten.</param>
    public static void Of(string text, int shingleWords, List<ulong> words, HashSet<ulong> shingles)
    {
        words.Clear();
        shingles.Clear();
        Words.Hash(text, words);
        ReadOnlySpan<ulong> hashes = CollectionsMarshal.AsSpan(words);
        for (int first = 0; first < Count(hashes.Length, shingleWords); first++)
        {
            shingles.Add(At(hashes, first, shingleWords));
        }
    }
}
