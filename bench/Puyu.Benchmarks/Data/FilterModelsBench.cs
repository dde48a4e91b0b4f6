using System.Diagnostics;
using System.Globalization;
using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Classifiers;
using Puyu.Data.Languages;
using Puyu.Data.Lists;
using Puyu.Data.Perplexity;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>Classifiers, languages, lists and perplexity on one thread, in processor time.</summary>
/// <remarks>
/// Text is two novels of the test data (PUYU_TEST_DATA, else ../shared/data) in pieces of 2,500 characters, as pages of
/// the web are. The 36,289 words and 13 million domains are drawn, as many as the report on InternLM2 names.
/// </remarks>
public static class FilterModelsBench
{
    private const int Rounds = 9;
    private const int PieceCharacters = 2500;
    private const int Domains = 13_000_000;
    private const int Words = 36_289;

    /// <summary>Measures and prints two tables.</summary>
    public static void Run(TextWriter output)
    {
        string[] english = Pieces("war_and_peace_utf8.txt");
        string[] chinese = Pieces("红楼梦.txt");
        if (english.Length + chinese.Length == 0)
        {
            output.WriteLine(TestData.SkipReason);
            return;
        }

        LinearClassifier classifier = Classifier(english);
        NgramModel ngrams = NgramTrainer.Train(english.Concat(chinese), new NgramTrainingOptions());
        WordList words = DrawWords();
        var found = new List<WordOccurrence>();
        output.WriteLine("| stage | text | MB/s (median) | MB/s (best) |");
        output.WriteLine("| --- | --- | --: | --: |");
        foreach ((string name, string[] text) in new[] { ("English", english), ("Chinese", chinese) })
        {
            Row("classifier", name, text, piece => classifier.Score(piece));
            Row("language", name, text, piece => LanguageIdentifier.Default.Identify(piece));
            Row("words", name, text, piece => words.Find(piece, found));
            Row("perplexity", name, text, piece => ngrams.Perplexity(piece));
            Row("perplexity difference", name, text, piece => PerplexityDifference.Of(piece));
        }

        output.WriteLine();
        Lookups(output);

        void Row(string stage, string name, string[] text, Action<string> apply)
        {
            double bytes = text.Sum(piece => (long)Encoding.UTF8.GetByteCount(piece)) / 1e6;
            double[] seconds = Measure(() => Array.ForEach(text, apply));
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {stage} | {name} | {bytes / seconds[Rounds / 2]:F0} | {bytes / seconds[0]:F0} |"));
        }
    }

    private static void Lookups(TextWriter output)
    {
        string path = Path.Combine(Path.GetTempPath(), $"puyu-bench-{Environment.ProcessId}.list");
        try
        {
            double building = Measure(() => BuildDomains(path), rounds: 1)[0];
            long before = Environment.WorkingSet;
            using var list = new UrlList(path);
            var random = new CounterRandom(2);
            string[] urls = [.. Enumerable.Range(0, 500_000).Select(i => string.Create(
                CultureInfo.InvariantCulture,
                $"https://www.site{random.NextInt32(2 * Domains)}.example/news/{i}.html"))];
            double[] seconds = Measure(() => Array.ForEach(urls, url => list.Find(url)));
            output.WriteLine("| domains | file, MB | build, s | ns a lookup (median) | ns (best) |");
            output.WriteLine("| --: | --: | --: | --: | --: |");
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {list.Count(UrlEntryKind.Domain)} | {new FileInfo(path).Length / 1e6:F0} | {building:F1} "
                + $"| {seconds[Rounds / 2] / urls.Length * 1e9:F0} | {seconds[0] / urls.Length * 1e9:F0} |"));
            output.WriteLine();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"Working set with list and addresses: {(Environment.WorkingSet - before) / 1e6:F0} MB more than before."));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void BuildDomains(string path)
    {
        var builder = new UrlListBuilder();
        for (int i = 0; i < Domains; i++)
        {
            builder.Add(UrlEntryKind.Domain, string.Create(CultureInfo.InvariantCulture, $"site{i}.example"));
        }

        builder.Save(path);
    }

    private static LinearClassifier Classifier(string[] texts) => ClassifierTrainer.Train(
        Disfluency.Make(texts, seed: 1),
        new ClassifierTrainingOptions { ScoreName = "fluency", HigherIsBetter = true, TargetPrecision = 0.7f });

    /// <summary>Words of four to twelve letters, as frequent as in English; one in six of two to five ideographs.</summary>
    private static WordList DrawWords()
    {
        const string Letters = "etaoinshrdlucmfwypvbgkjqxz";
        var random = new CounterRandom(1);
        var words = new HashSet<string>();
        while (words.Count < Words)
        {
            bool isChinese = random.NextInt32(6) == 0;
            char[] word = new char[isChinese ? 2 + random.NextInt32(4) : 4 + random.NextInt32(9)];
            for (int i = 0; i < word.Length; i++)
            {
                word[i] = isChinese
                    ? (char)(0x4E00 + random.NextInt32(3000))
                    : Letters[Math.Min(random.NextInt32(26), random.NextInt32(26))];
            }

            words.Add(new string(word));
        }

        return new WordList(words, []);
    }

    private static string[] Pieces(string name)
    {
        string path = TestData.File("corpora", name);
        return File.Exists(path)
            ? [.. File.ReadAllText(path).Chunk(PieceCharacters).Select(piece => new string(piece))] : [];
    }

    /// <summary>Seconds of processor time of this process, in ascending order: others may be at work too.</summary>
    private static double[] Measure(Action action, int rounds = Rounds)
    {
        using var process = Process.GetCurrentProcess();
        double[] seconds = new double[rounds];
        for (int round = 0; round < rounds; round++)
        {
            process.Refresh();
            TimeSpan start = process.TotalProcessorTime;
            action();
            process.Refresh();
            seconds[round] = (process.TotalProcessorTime - start).TotalSeconds;
        }

        Array.Sort(seconds);
        return seconds;
    }
}
