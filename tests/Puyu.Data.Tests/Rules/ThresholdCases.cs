using System.Globalization;

namespace Puyu.Data.Tests.Rules;

/// <summary>A text at a bound and the nearest ones on either side.</summary>
internal sealed record BoundCase(bool IsMin, string Inside, string At, string Beyond);

/// <summary>Texts for every published bound.</summary>
internal static class ThresholdCases
{
    public static Dictionary<(string Stage, string Measure), BoundCase> All()
    {
        var cases = new Dictionary<(string, string), BoundCase>();
        AddQuality(cases);
        AddRepetition(cases);
        AddPages(cases);
        return cases;

        void AddQuality(Dictionary<(string, string), BoundCase> to)
        {
            foreach (string stage in (string[])["quality", "quality-dolma"])
            {
                to[(stage, "words min")] = Min(n => Words(n), 50);
                to[(stage, "words max")] = Max(n => Words(n), 100_000);
                to[(stage, "bullet-lines")] = Max(n => Lines(n, 10, i => $"- item {i}"), 9);
                to[(stage, "ellipsis-lines")] = Max(n => Lines(n, 10, i => $"item {i}\u2026"), 3);
                to[(stage, "alphabetic-words")] = Min(n => Words(n) + Repeat(" 7", 10 - n), 8);
                to[(stage, "stop-words")] =
                    Min(n => "x" + (n > 0 ? " the" : "") + (n > 1 ? " of" : "") + (n > 2 ? " be" : ""), 2);
            }

            to[("quality", "mean-word-length min")] = Min(n => "abc abc abc abc " + Letters(n), 3);
            to[("quality", "mean-word-length max")] = Max(n => "abcdefghij abcdefghij " + Letters(n), 10);
            to[("quality-dolma", "median-word-length min")] = Min(n => "a abcdefgh " + Letters(n), 3);
            to[("quality-dolma", "median-word-length max")] = Max(n => "a abcdefghijklmn " + Letters(n), 10);
            to[("quality", "hashes-per-word")] =
                new BoundCase(false, Words(10) + " #", Words(9) + " #", Words(8) + " #");
            to[("quality", "ellipses-per-word")] =
                new BoundCase(false, Words(10) + " ...", Words(9) + " \u2026", Words(8) + " ...");
            to[("quality-dolma", "symbol-words")] = Max(n => Words(10 - n) + Repeat(" c#", n), 1);
        }
    }

    private static void AddRepetition(Dictionary<(string, string), BoundCase> to)
    {
        to[("repetition", "duplicate-paragraphs")] = Max(n => Duplicates(n, 10, "\n\n"), 3);
        to[("repetition", "duplicate-lines")] = Max(n => Duplicates(n, 10, "\n"), 3);
        to[("repetition-dolma", "duplicate-lines")] = Max(n => Duplicates(n - 1, 10, "\n"), 3);

        // Twenty characters are repeated in 101, 100 and 99.
        string line = Letters(20);
        to[("repetition", "duplicate-paragraph-characters")] = Longer($"{line}\n\n{line}\n\n", 100);
        to[("repetition", "duplicate-line-characters")] = Longer($"{line}\n{line}\n", 100);
        string ten = Letters(10);
        to[("repetition-dolma", "duplicate-line-characters")] = Longer($"{ten}\n{ten}\n", 102);

        // An n-gram twice is 20, 18 or 16 of 100 characters, with spaces or without.
        string[] tops = ["abcde fghi", "abc de fg", "ab c d e"];
        string[] closeTops = ["abcde fghij", "abc def ghi", "ab cd ef gh"];
        for (int n = 2; n <= 4; n++)
        {
            string measure = string.Create(CultureInfo.InvariantCulture, $"top-{n}-gram-characters");
            to[("repetition", measure)] = Longer($"{tops[n - 2]} {tops[n - 2]}2 {tops[n - 2]} ", 100);
            int spaces = (2 * (n - 1)) + 3;
            to[("repetition-dolma", measure)] = Longer($"{closeTops[n - 2]} | {closeTops[n - 2]} ", 100 + spaces);
        }

        // n words of d characters once more in 100; and a word so often that d of 100 n-grams are the same.
        for (int n = 5; n <= 10; n++)
        {
            int d = 20 - n;
            int size = n;
            string block = string.Join(' ', Enumerable.Range(0, n)
                .Select(i => new string((char)('a' + i), (d / size) + (i < d % size ? 1 : 0))));
            string measure = string.Create(CultureInfo.InvariantCulture, $"duplicate-{n}-gram-characters");
            to[("repetition", measure)] = Longer($"{block} | {block} ", 100);
            int words = 100 + n - 1;
            to[("repetition-dolma", measure)] = Max(
                m => Repeat("same ", m + size - 1) + string.Join(
                    ' ',
                    Enumerable.Range(1000, words - m - size + 1).Select(i => i.ToString(CultureInfo.InvariantCulture))),
                d);
        }
    }

    private static void AddPages(Dictionary<(string, string), BoundCase> to)
    {
        to[("fineweb", "terminal-lines")] = Min(n => Lines(n, 100, i => $"line {i}."), 12);
        to[("fineweb", "short-lines")] = Max(
            n => string.Join('\n', Enumerable.Range(0, 100).Select(i => Letters(i < n ? 30 : 31))), 67);
        to[("fineweb", "duplicate-line-characters")] = Longer("abcdefghij\nabcdefghij\n", 1002);
        to[("fineweb", "line-breaks-per-word")] = Max(n => Repeat("a\n", n) + Words(10 - n), 3);
        foreach (string stage in (string[])["c4", "c4-dolma"])
        {
            to[(stage, "sentences")] = Min(n => Repeat("This is a sentence. ", n), 5);
            to[(stage, "lorem-ipsum")] = Max(n => "One two three." + Repeat("\nSay Lorem Ipsum again.", n), 0);
            to[(stage, "curly-brackets")] = Max(n => "One two three." + Repeat("\nSay { again here.", n), 0);
        }

        to[("c4-dolma", "javascript")] = Max(n => "One two three." + Repeat("\nwithout JavaScript here", n), 0);
        to[("c4-paragraphs", "third-longest-line")] = Min(
            n => $"{Letters(300)}\n{Letters(n)}\n\n{Letters(5)}\n{Letters(400)}", 200);
    }

    private static BoundCase Min(Func<int, string> text, int bound) =>
        new(true, text(bound + 1), text(bound), text(bound - 1));

    private static BoundCase Max(Func<int, string> text, int bound) =>
        new(false, text(Math.Max(0, bound - 1)), text(bound), text(bound + 1));

    /// <summary>Some text that a word brings to a length, and one character more and less.</summary>
    private static BoundCase Longer(string text, int length) => new(
        false, text + new string('z', length + 1 - text.Length), text + new string('z', length - text.Length),
        text + new string('z', length - 1 - text.Length));

    private static string Words(int count) => string.Join(' ', Enumerable.Range(0, count).Select(Word));

    /// <summary>A word of letters for a number.</summary>
    private static string Word(int i) =>
        string.Concat(i.ToString("D6", CultureInfo.InvariantCulture).Select(c => (char)(c + 'a' - '0')));

    private static string Letters(int count) =>
        string.Concat(Enumerable.Range(0, count).Select(i => (char)('a' + (i % 26))));

    private static string Repeat(string text, int count) => string.Concat(Enumerable.Repeat(text, Math.Max(0, count)));

    private static string Lines(int special, int count, Func<int, string> line) =>
        string.Join('\n', Enumerable.Range(0, count).Select(i => i < special ? line(i) : $"plain {i}"));

    private static string Duplicates(int repeated, int count, string separator) => string.Join(
        separator, Enumerable.Range(0, count).Select(i => i <= repeated ? "the same" : $"another {i}"));
}
