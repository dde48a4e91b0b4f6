namespace Puyu.Models.Quantized;

/// <summary>Unsigned integers of 4 or 8 bits in 32-bit words, lowest bits first.</summary>
/// <param name="words">The words.</param>
/// <param name="bits">4 or 8.</param>
internal readonly ref struct PackedIntegers(ReadOnlySpan<int> words, int bits)
{
    private readonly ReadOnlySpan<int> _words = words;

    /// <summary>How many fit a word.</summary>
    public int PerWord => 32 / bits;

    /// <summary>One of the integers of a word.</summary>
    public byte At(int word, int place) => (byte)((uint)_words[word] >> (place * bits) & ((1u << bits) - 1));
}
