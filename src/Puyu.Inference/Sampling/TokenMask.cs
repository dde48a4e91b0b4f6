using System.Numerics;

namespace Puyu.Inference.Sampling;

/// <summary>A bit for each token: bit t mod 32 of word t / 32 is set where token t may be drawn.</summary>
internal static class TokenMask
{
    private const int WordBits = 32;

    /// <summary>Words of a mask.</summary>
    public static int Length(int vocabSize) => (vocabSize + WordBits - 1) / WordBits;

    /// <summary>Whether a token may be drawn.</summary>
    public static bool Contains(ReadOnlySpan<uint> mask, int tokenId) =>
        (mask[tokenId / WordBits] >> (tokenId % WordBits) & 1) != 0;

    /// <summary>Lets a token be drawn.</summary>
    public static void Add(Span<uint> mask, int tokenId) => mask[tokenId / WordBits] |= 1u << (tokenId % WordBits);

    /// <summary>Number of tokens that may be drawn.</summary>
    public static int Count(ReadOnlySpan<uint> mask)
    {
        int count = 0;
        foreach (uint word in mask)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    /// <summary>The lowest token that may be drawn; −1 if none may.</summary>
    public static int First(ReadOnlySpan<uint> mask)
    {
        int word = mask.IndexOfAnyExcept(0u);
        return word < 0 ? -1 : (word * WordBits) + BitOperations.TrailingZeroCount(mask[word]);
    }

    /// <summary>Makes the logits of tokens −∞ that may not be drawn.</summary>
    /// <param name="mask">Of <see cref="Length"/>.</param>
    /// <param name="logits">Shape [V]; changed.</param>
    public static void Apply(ReadOnlySpan<uint> mask, Span<float> logits)
    {
        for (int word = 0; word < mask.Length; word++)
        {
            int first = word * WordBits;
            Span<float> some = logits[first..Math.Min(first + WordBits, logits.Length)];
            if (mask[word] == 0)
            {
                some.Fill(float.NegativeInfinity);
                continue;
            }

            for (uint banned = ~mask[word]; banned != 0; banned &= banned - 1)
            {
                int bit = BitOperations.TrailingZeroCount(banned);
                if (bit >= some.Length)
                {
                    break;
                }

                some[bit] = float.NegativeInfinity;
            }
        }
    }
}
