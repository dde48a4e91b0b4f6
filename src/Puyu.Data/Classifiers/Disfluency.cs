using System.Runtime.InteropServices;
using System.Text;
using Puyu.Abstractions;

namespace Puyu.Data.Classifiers;

/// <summary>
/// Labelled texts for a fluency classifier, made from texts that are fluent: half of them stay, the others are damaged
/// as pages of the web are. No piece occurs both whole and damaged.
/// </summary>
public static class Disfluency
{
    private const int Kinds = 4;
    private const int LeastCharacters = 100;
    private const int MostCharacters = 400;

    /// <summary>
    /// Cuts the texts into pieces of 400 characters and damages half of these, chosen by a hash of each; damaged ones
    /// are positive. Pieces of fewer than 100 characters are left out: there is too little to judge.
    /// </summary>
    /// <param name="texts">Fluent paragraphs of some sentences each.</param>
    /// <param name="seed">Of the choice and the damage.</param>
    public static IReadOnlyList<LabeledText> Make(IEnumerable<string> texts, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var labeled = new List<LabeledText>();
        foreach (string text in texts.SelectMany(Pieces))
        {
            ulong stream = (ulong)Hashing.Hash128(MemoryMarshal.AsBytes(text.AsSpan()));
            var random = new CounterRandom(seed, stream);
            bool isDamaged = random.NextInt32(2) == 1;
            labeled.Add(new LabeledText(
                isDamaged ? Damage(text, random.NextInt32(Kinds), ref random) : text, isDamaged));
        }

        return labeled;
    }

    private static IEnumerable<string> Pieces(string text)
    {
        for (int first = 0; first + LeastCharacters <= text.Length; first += MostCharacters)
        {
            yield return text.Substring(first, Math.Min(MostCharacters, text.Length - first));
        }
    }

    private static string Damage(string text, int kind, ref CounterRandom random)
    {
        List<string> words = Split(text);
        return kind switch
        {
            0 => Shuffle(words, ref random),
            1 => DropCharacters(text, ref random),
            2 => List(words, ref random),
            _ => Repeat(words, ref random),
        };
    }

    /// <summary>Words with what follows them up to the next; ideographs by twos, as words are not separated.</summary>
    private static List<string> Split(string text)
    {
        var words = new List<string>();
        int first = 0;
        int ideographs = 0;
        for (int i = 0; i < text.Length; i++)
        {
            ideographs = text[i] is >= '\u3040' and <= '\u9FFF' ? ideographs + 1 : 0;
            if (char.IsWhiteSpace(text[i]) || ideographs == 2)
            {
                words.Add(text[first..(i + 1)]);
                first = i + 1;
                ideographs = 0;
            }
        }

        words.Add(text[first..]);
        return words;
    }

    private static string Shuffle(List<string> words, ref CounterRandom random)
    {
        random.Shuffle(CollectionsMarshal.AsSpan(words));
        return string.Concat(words);
    }

    /// <summary>Loses one character in eight, as broken recognition and decoding do.</summary>
    private static string DropCharacters(string text, ref CounterRandom random)
    {
        var kept = new StringBuilder(text.Length);
        foreach (char c in text)
        {
            if (random.NextInt32(8) != 0)
            {
                kept.Append(c);
            }
        }

        return kept.ToString();
    }

    /// <summary>Fragments of one to four words with a separator, as menus and link lists are.</summary>
    private static string List(List<string> words, ref CounterRandom random)
    {
        string[] separators = [" | ", "\n", " - ", " » ", ", "];
        string separator = separators[random.NextInt32(separators.Length)];
        var list = new StringBuilder();
        for (int i = 0; i < words.Count;)
        {
            int first = random.NextInt32(words.Count);
            int count = Math.Min(1 + random.NextInt32(4), words.Count - first);
            list.AppendJoin("", words.Skip(first).Take(count)).Append(separator);
            i += count;
        }

        return list.ToString();
    }

    /// <summary>Says a phrase again and again, as marketing does.</summary>
    private static string Repeat(List<string> words, ref CounterRandom random)
    {
        int count = Math.Min(2 + random.NextInt32(6), words.Count);
        int first = random.NextInt32(words.Count - count + 1);
        string phrase = string.Concat(words.Skip(first).Take(count));
        int times = Math.Max(2, words.Count / count / 2);
        return string.Concat(words.Take(words.Count / 2).Concat(Enumerable.Repeat(phrase, times)));
    }
}
