namespace Puyu.Data.Perplexity;

/// <summary>
/// Keys of the sequences of units that end at one place, for each length. They grow to the left, so that the key of a
/// sequence contains that of the sequence without its first unit, and the context of a sequence is a key of the place
/// before.
/// </summary>
internal static class NgramKeys
{
    /// <summary>Stands for the beginning of a line.</summary>
    public const ulong Begin = 0x5851F42D4C957F2D;

    /// <summary>Stands for the end of a line.</summary>
    public const ulong End = 0x14057B7EF767814F;

    /// <summary>Stands for any unit that is too rare to be in the vocabulary.</summary>
    public const ulong Unknown = 0x2545F4914F6CDD1D;

    /// <summary>Computes the keys.</summary>
    /// <param name="units">All units of a line.</param>
    /// <param name="end">Index of the last unit of the sequences.</param>
    /// <param name="keys">Overwritten: of the sequence of one unit, of two and so on.</param>
    /// <returns>How many there are: fewer than asked for near the beginning of a line.</returns>
    public static int At(ReadOnlySpan<ulong> units, int end, Span<ulong> keys)
    {
        int count = Math.Min(keys.Length, end + 1);
        ulong key = 0;
        for (int n = 0; n < count; n++)
        {
            key = Hashing.Mix((key * 0x9E3779B97F4A7C15) ^ units[end - n]) | 1;
            keys[n] = key;
        }

        return count;
    }
}
