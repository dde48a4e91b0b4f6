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

    /// <summary>As features see a character: a blank, 0, or in lower case.</summary>
    public static char Normalize(char c) => _normalized[c];

    /// <summary>Hands every feature of a text to a sink.</summary>
    public static void Visit<TSink>(ReadOnlySpan<char> text, FeatureOptions options, ref TSink sink)
        where TSink : struct, IFeatureSink, allows ref struct
    {
        int shift = 64 - options.BucketBits;
        int least = options.MinCharacters;
        int most = options.MaxCharacters;
        var words = new WordState(options);
        ulong window = ' ';
        int filled = 1;
        char[] normalized = _normalized;
        foreach (char raw in text)
        {
            char c = normalized[raw];
            if (c == ' ' && (char)window == ' ')
            {
                continue;
            }

            window = (window << 16) | c;
            filled = Math.Min(filled + 1, 4);
            for (int n = least; n <= most && n <= filled; n++)
            {
                sink.Add(Bucket(window & (ulong.MaxValue >> (64 - (16 * n))), shift));
            }

            words.Add(c, shift, ref sink);
        }

        words.Add(' ', shift, ref sink);
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

    /// <summary>Words so far: the hash of the one at work and of the one before. Ideographs are no words.</summary>
    private struct WordState(FeatureOptions options)
    {
        private ulong _word = WordSeed;
        private ulong _previous;

        public void Add<TSink>(char c, int shift, ref TSink sink)
            where TSink : struct, IFeatureSink, allows ref struct
        {
            bool isWord = c < 128
                ? char.IsAsciiLetterOrDigit(c) || c == '\''
                : char.IsLetter(c) && c is not (>= '\u3040' and <= '\u9FFF');
            if (isWord)
            {
                _word = (_word ^ c) * WordPrime;
                return;
            }

            if (_word == WordSeed || options.MaxWords == 0)
            {
                return;
            }

            // The length of the sequence is part of the key; bit 63 sets words apart from characters below U+8000.
            sink.Add(Bucket(Hashing.Mix(_word), shift));
            if (options.MaxWords > 1 && _previous != 0)
            {
                sink.Add(Bucket(Hashing.Mix((_previous * Golden) ^ _word), shift));
            }

            _previous = _word;
            _word = WordSeed;
        }
    }
}
