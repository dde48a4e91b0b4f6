using System.Text.RegularExpressions;
using Puyu.Data.Tests.Text;

namespace Puyu.Data.Tests.Rules;

/// <summary>Gopher's rules on repetition in both readings, as their definitions say, without regard to cost.</summary>
internal static class RepetitionReference
{
    public static float[] AsDatatrove(string text)
    {
        var values = new List<float>();
        AddRepeated(values, Regex.Split(text.Trim(), "\n{2,}"), text.Length);
        AddRepeated(values, Regex.Split(text, "\n+"), text.Length);
        List<string> words = TextReference.Words(text);
        for (int n = 2; n <= 10; n++)
        {
            double characters = n < 5 ? Top(TextReference.NGrams(words, n, " ")) : Greedy(words, n);
            values.Add(words.Count < n ? float.NaN : (float)(characters / text.Length));
        }

        return [.. values];
    }

    public static float[] AsDolma(string text)
    {
        string[] lines = text.Split('\n');
        List<string> words = TextReference.SpacedWords(text);
        double inWords = words.Sum(word => word.Length);
        List<IGrouping<string, string>> shared = [.. lines.GroupBy(line => line).Where(group => group.Count() > 1)];
        var values = new List<float>
        {
            (float)((double)shared.Sum(group => group.Count()) / lines.Length),
            Divide(shared.Sum(group => group.Sum(line => line.Length)), inWords),
        };
        for (int n = 2; n <= 10; n++)
        {
            List<IGrouping<string, string>> groups =
                [.. TextReference.NGrams(words, n, "\0").GroupBy(nGram => nGram, StringComparer.Ordinal)];
            double Characters(IGrouping<string, string> group) => group.Count() * (group.Key.Length - n + 1);
            double part = n < 5
                ? groups.Count == 0 ? 0 : Characters(groups.MaxBy(group => group.Count())!)
                : groups.Where(group => group.Count() > 1).Sum(Characters);
            values.Add(words.Count < n ? float.NaN : Divide(part, n < 5 ? inWords : groups.Sum(Characters)));
        }

        return [.. values];
    }

    private static float Divide(double part, double whole) => whole == 0 ? float.NaN : (float)(part / whole);

    private static void AddRepeated(List<float> values, string[] elements, int length)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string[] repeated = [.. elements.Where(element => !seen.Add(element))];
        values.Add((float)((double)repeated.Length / elements.Length));
        values.Add(Divide(repeated.Sum(element => element.Length), length));
    }

    /// <summary>MaxBy, like Counter.most_common, takes the first of several.</summary>
    private static double Top(List<string> nGrams)
    {
        if (nGrams.Count == 0)
        {
            return 0;
        }

        IGrouping<string, string> top = nGrams.GroupBy(nGram => nGram, StringComparer.Ordinal)
            .MaxBy(group => group.Count())!;
        return (double)top.Key.Length * top.Count();
    }

    private static double Greedy(List<string> words, int n)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        double characters = 0;
        int at = 0;
        while (at + n <= words.Count)
        {
            string nGram = string.Join('\0', words.Skip(at).Take(n));
            if (seen.Add(nGram))
            {
                at++;
            }
            else
            {
                characters += nGram.Length - n + 1;
                at += n;
            }
        }

        return characters;
    }
}
