using System.Runtime.CompilerServices;

namespace Puyu.Data.Classifiers;

/// <summary>
/// The features of a text as buckets: sequences of words, and of characters across words. Letters are compared in
/// lower case, full-width as ASCII, digits as 0, and any stretch of space as one blank.
/// </summary>
/// <remarks>
/// Four UTF-16 units fill 64 bits, so a sequence of characters is its own key and its hash one product. Source of the
/// model: Joulin et al., Bag of Tricks for Efficient Text Classification, 2016.
/// </remarks>
internal static class HashedFeatures
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const ulong WordSeed = 0xCBF29CE484222325;
    private const ulong WordPrime = 0x100000001B3;

    private static readonly char[] _normalized = Normalize();

    /// <summary>Whether each normalized character is part of a word. Ideographs are no words.</summary>
    private static readonly bool[] _isWord =
    [
        .. Enumerable.Range(0, char.MaxValue + 1).Select(code => (char)code).Select(c => c < 128
            ? char.IsAsciiLetterOrDigit(c) || c == '\''
            : char.IsLetter(c) && c is not (>= '\u3040' and <= '\u9FFF')),
    ];

    /// <summary>As features see a character: a blank, 0, or in lower case.</summary>
    public static char Normalize(char c) => _normalized[c];

    /// <summary>Hands every feature of a text to a sink.</summary>
    public static void Visit<TSink>(ReadOnlySpan<char> text, FeatureOptions options, ref TSink sink)
        where TSink : struct, IFeatureSink, allows ref struct
    {
        int shift = 64 - options.BucketBits;
        bool isOneToFour = options is { MinCharacters: 1, MaxCharacters: 4 };
        ulong word = WordSeed;
        ulong previous = 0;
        ulong window = ' ';
        int filled = 1;
        char[] normalized = _normalized;
        bool[] isWord = _isWord;
        foreach (char raw in text)
        {
            char c = normalized[raw];
            if (c == ' ' && (char)window == ' ')
            {
                continue;
            }

            window = (window << 16) | c;
            filled++;
            if (isOneToFour && filled >= 4)
            {
                AddOneToFour(window, shift, ref sink);
            }
            else
            {
                AddCharacters(window, Math.Min(filled, 4), options, ref sink);
            }

            if (isWord[c])
            {
                word = (word ^ c) * WordPrime;
            }
            else if (word != WordSeed)
            {
                AddWord(word, previous, options, ref sink);
                (previous, word) = (word, WordSeed);
            }
        }

        if (word != WordSeed)
        {
            AddWord(word, previous, options, ref sink);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddOneToFour<TSink>(ulong window, int shift, ref TSink sink)
        where TSink : struct, IFeatureSink, allows ref struct
    {
        sink.Add(
            Bucket(window & 0xFFFF, shift), Bucket(window & 0xFFFF_FFFF, shift),
            Bucket(window & 0xFFFF_FFFF_FFFF, shift), Bucket(window, shift));
    }

    private static void AddCharacters<TSink>(ulong window, int filled, FeatureOptions options, ref TSink sink)
        where TSink : struct, IFeatureSink, allows ref struct
    {
        for (int n = options.MinCharacters; n <= options.MaxCharacters && n <= filled; n++)
        {
            sink.Add(Bucket(window & (ulong.MaxValue >> (64 - (16 * n))), 64 - options.BucketBits));
        }
    }

    /// <summary>Adds a word, and the pair with the one before it.</summary>
    /// <param name="word">Its hash.</param>
    /// <param name="previous">That of the word before; 0 for none.</param>
    /// <param name="options">Which sequences count.</param>
    /// <param name="sink">Takes them.</param>
    private static void AddWord<TSink>(ulong word, ulong previous, FeatureOptions options, ref TSink sink)
        where TSink : struct, IFeatureSink, allows ref struct
    {
        if (options.MaxWords == 0)
        {
            return;
        }

        // The length of the sequence is part of the key; bit 63 sets words apart from characters below U+8000.
        int shift = 64 - options.BucketBits;
        sink.Add(Bucket(Hashing.Mix(word), shift));
        if (options.MaxWords > 1 && previous != 0)
        {
            sink.Add(Bucket(Hashing.Mix((previous * Golden) ^ word), shift));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Bucket(ulong key, int shift) => (int)(((key ^ (key >> 29)) * Golden) >> shift);

    private static char[] Normalize()
    {
        char[] table = new char[char.MaxValue + 1];
        for (int i = 0; i < table.Length; i++)
        {
            char c = (char)i;
            c = c is >= '\uFF01' and <= '\uFF5E' ? (char)(c - 0xFEE0) : c; // full-width forms of ASCII
            table[i] = c switch
            {
                _ when char.IsWhiteSpace(c) || char.IsControl(c) => ' ',
                _ when char.IsDigit(c) => '0',
                _ => char.ToLowerInvariant(c),
            };
        }

        return table;
    }
}
