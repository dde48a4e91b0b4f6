using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Training;

/// <summary>The characters of a text that become pieces, numbered from the most frequent on.</summary>
internal sealed class CharacterSet
{
    private readonly CharacterTable _numbers = new();

    private CharacterSet(int[] codePoints)
    {
        CodePoints = codePoints;
        for (int number = 0; number < codePoints.Length; number++)
        {
            _numbers.Set(codePoints[number], number + 1);
        }
    }

    /// <summary>Code points by number.</summary>
    public IReadOnlyList<int> CodePoints { get; }

    /// <summary>Takes the most frequent characters of the words until they are so much of the text.</summary>
    /// <param name="words">Words with their counts.</param>
    /// <param name="coverage">Part of the text, in (0, 1].</param>
    public static CharacterSet Of(WordTable words, double coverage)
    {
        var counts = new Dictionary<int, long>();
        long total = 0;
        foreach ((ReadOnlyMemory<byte> word, long count) in words.Words())
        {
            for (int at = 0; at < word.Length;)
            {
                int codePoint = Unescaped(Utf8.Decode(word.Span, at, out int length));
                counts[codePoint] = counts.GetValueOrDefault(codePoint) + count;
                total += count;
                at += length;
            }
        }

        // NUL ends strings in the library that reads these models, so it is left to the bytes.
        counts.Remove(0);
        var taken = new List<int>();
        long covered = 0;
        foreach ((int codePoint, long count) in counts.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key))
        {
            if (covered >= coverage * total)
            {
                break;
            }

            taken.Add(codePoint);
            covered += count;
        }

        return new CharacterSet([.. taken]);
    }

    /// <summary>Number of the character at a place in a word; −1 where it is no piece.</summary>
    public int NumberAt(ReadOnlySpan<byte> word, int at, out int length) =>
        _numbers.Of(Unescaped(Utf8.Decode(word, at, out length))) - 1;

    /// <summary>Models write spaces as U+2581, so that one in the text is a space to them.</summary>
    private static int Unescaped(int codePoint) => codePoint == '\u2581' ? ' ' : codePoint;
}
