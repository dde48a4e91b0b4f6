using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Puyu.Data;
using Puyu.Data.Pipeline;
using Puyu.Data.Rules;
using Puyu.Data.Text;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>The rules on text, each alone and all together, on one thread.</summary>
/// <remarks>
/// Texts: documentation is 10 MB of the text of the .NET reference packs in documents of about 4 KB; the rest is of the
/// test data (PUYU_TEST_DATA, else ../shared/data): War and Peace as one document and in documents of 8,000 characters,
/// and a Chinese novel in such. Rates are bytes of UTF-8 by the thread's processor time, medians of 5 rounds. Each stage
/// alone finds words and lines itself; together, the stages on one text share them.
/// </remarks>
public static class FiltersBench
{
    private const int Rounds = 5;
    private const int DocumentationBytes = 10_000_000;

    /// <summary>Measures and prints a table.</summary>
    public static void Run(TextWriter output)
    {
        Corpus[] corpora = [.. Corpora()];
        (string Name, IStage[] Stages)[] chains = [.. Chains()];
        output.WriteLine("| MB/s | " + string.Join(" | ", corpora.Select(corpus => corpus.Name)) + " |");
        output.WriteLine("| --- |" + string.Concat(corpora.Select(_ => " --: |")));
        output.WriteLine("| MB | " + string.Join(" | ", corpora.Select(corpus => Format(corpus.Bytes / 1e6))) + " |");
        foreach ((string name, IStage[] stages) in chains)
        {
            IEnumerable<string> rates = corpora.Select(corpus => Format(corpus.Bytes / 1e6 / Median(corpus, stages)));
            output.WriteLine($"| {name} | {string.Join(" | ", rates)} |");
        }
    }

    private static IEnumerable<(string Name, IStage[] Stages)> Chains()
    {
        IStage[] rules =
        [
            new GopherRepetitionStage(new GopherRepetitionOptions()), new GopherQualityStage(new GopherQualityOptions()),
            new C4Stage(new C4Options { RequiresLineEnds = false }), new C4ParagraphStage(),
            new FineWebStage(new FineWebOptions()),
        ];
        var badWords = new BadWordsStage(new BadWordsOptions { Words = BadWords() });
        IStage[] all =
        [
            new NormalizeStage(new NormalizeOptions()), .. rules, badWords, new ChineseStage(),
            new PiiStage(new PiiOptions()), new StatisticsStage(new StatisticsOptions()),
        ];
        yield return ("Gopher, C4 and FineWeb", rules);
        yield return ("all below", all);
        foreach (IStage stage in all)
        {
            yield return (stage.Name, [stage]);
        }

        yield return ("signals", [new SignalsStage(new SignalsOptions())]);
        yield return ("Gopher, C4 and FineWeb as dolma", [
            new GopherRepetitionStage(new GopherRepetitionOptions { Semantics = RuleSemantics.Dolma }),
            new GopherQualityStage(new GopherQualityOptions { Semantics = RuleSemantics.Dolma }),
            new C4Stage(new C4Options { RequiresLineEnds = false, Semantics = RuleSemantics.Dolma }),
            new FineWebStage(new FineWebOptions()),
        ]);
        yield return ("gopher-repetition as dolma", [new GopherRepetitionStage(
            new GopherRepetitionOptions { Semantics = RuleSemantics.Dolma })]);
    }

    private static ImmutableArray<string> BadWords()
    {
        string path = TestData.File("safety", "ldnoobw_en.txt");
        return File.Exists(path) ? [.. File.ReadAllLines(path)] : ["lorem"];
    }

    private static double Median(Corpus corpus, IStage[] stages)
    {
        float[][] values = [.. stages.Select(stage => new float[stage.Measures.Count])];
        var times = new List<double>();
        for (int round = -1; round < Rounds; round++)
        {
            TimeSpan start = ProcessorTime();
            foreach (string text in corpus.Documents)
            {
                var document = new Document("id", text);
                for (int i = 0; i < stages.Length; i++)
                {
                    document = stages[i].Apply(document, values[i]).Document;
                }

                // Another document between, so that no round finds the analysis of the one before.
                _ = TextAnalysis.Of("");
            }

            if (round >= 0)
            {
                times.Add((ProcessorTime() - start).TotalSeconds);
            }
        }

        return times.Order().ElementAt(Rounds / 2);
    }

    /// <summary>Of the process, whose other threads have nothing to do: this does not count what else runs.</summary>
    private static TimeSpan ProcessorTime() => Process.GetCurrentProcess().TotalProcessorTime;

    private static IEnumerable<Corpus> Corpora()
    {
        string documentation = Documentation();
        if (documentation.Length > 0)
        {
            yield return new Corpus("documentation", Cut(documentation, 4000));
        }

        string path = TestData.File("corpora", "war_and_peace_utf8.txt");
        if (File.Exists(path))
        {
            string text = File.ReadAllText(path).ReplaceLineEndings("\n");
            yield return new Corpus("War and Peace, cut", Cut(text, 8000));
            yield return new Corpus("War and Peace, whole", [text]);
        }

        path = TestData.File("corpora", "红楼梦.txt");
        if (File.Exists(path))
        {
            yield return new Corpus("Chinese novel, cut", Cut(File.ReadAllText(path).ReplaceLineEndings("\n"), 8000));
        }
    }

    private static string Documentation()
    {
        var text = new StringBuilder(DocumentationBytes);
        foreach (string member in PackDocumentation.Members())
        {
            text.Append(member).Append('\n');
            if (text.Length >= DocumentationBytes)
            {
                break;
            }
        }

        return text.ToString();
    }

    /// <summary>Pieces that end with the line after some characters.</summary>
    private static List<string> Cut(string text, int length)
    {
        var pieces = new List<string>();
        int start = 0;
        while (start < text.Length)
        {
            int end = start + length < text.Length ? text.IndexOf('\n', start + length) + 1 : text.Length;
            end = end == 0 ? text.Length : end;
            pieces.Add(text[start..end]);
            start = end;
        }

        return pieces;
    }

    private static string Format(double value) => value.ToString("F1", CultureInfo.InvariantCulture);

    private sealed record Corpus(string Name, IReadOnlyList<string> Documents)
    {
        public long Bytes { get; } = Documents.Sum(text => (long)Encoding.UTF8.GetByteCount(text));
    }
}
