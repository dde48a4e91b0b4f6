using System.Globalization;
using System.Text;
using Puyu.Data;
using Puyu.Data.Deduplication;
using Puyu.Data.Documentation;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>Speed of the first phase of deduplication on one thread, by processor time.</summary>
/// <remarks>
/// English is the documentation text of the .NET reference packs, one document a member, and War and Peace in chapters
/// of 20,000 characters; Chinese is the two novels of the test data, likewise. What is absent is left out. Processor time
/// is that of the process, which has one busy thread: it does not count what other processes take.
/// </remarks>
public static class MinHashBench
{
    private const int Rounds = 9;
    private const int MaxMembers = 60_000;
    private const int ChapterLength = 20_000;

    /// <summary>Measures and prints a table.</summary>
    public static void Run(TextWriter output)
    {
        var reader = new DocumentationReader(new RecordOptions());
        Document[] members =
        [
            .. ReferencePacks.Find().SelectMany(folder => reader.Split(folder, folder, long.MaxValue))
                .SelectMany(part => reader.Read(part, new Quarantine())).Where(member => member.Text.Length > 0)
                .Take(MaxMembers),
        ];
        (string Name, Document[] Documents)[] corpora =
        [
            ("English, members", members),
            ("English, chapters", Chapters("war_and_peace_utf8.txt")),
            ("Chinese, chapters", [.. Chapters("红楼梦.txt"), .. Chapters("三国演义.txt")]),
        ];
        output.WriteLine("| work | text | documents | MB | MB/s (median) | MB/s (best) |");
        output.WriteLine("| --- | --- | --: | --: | --: | --: |");
        foreach ((string name, Document[] documents) in corpora.Where(corpus => corpus.Documents.Length > 0))
        {
            Measure(output, "signatures, words", name, documents, Sign(documents, ShingleUnit.Words));
            Measure(output, "signatures, characters", name, documents, Sign(documents, ShingleUnit.Characters));
            Measure(output, "minhash, first phase", name, documents, Summarize(
                new MinHashStage(new MinHashOptions()).Summarize, documents));
            Measure(output, "minhash with estimates, first phase", name, documents, Summarize(
                new MinHashStage(new MinHashOptions { Verify = Verification.Estimate }).Summarize, documents));
            Measure(output, "minhash verified exactly, first phase", name, documents, Summarize(
                new MinHashStage(new MinHashOptions { Verify = Verification.Exact }).Summarize, documents));
            Measure(output, "exact, first phase", name, documents, Summarize(
                new ExactStage(new ExactOptions()).Summarize, documents));
            Measure(output, "paragraphs, first phase", name, documents, Summarize(
                new ParagraphStage(new ParagraphOptions()).Summarize, documents));
        }
    }

    private static Action Sign(Document[] documents, ShingleUnit unit)
    {
        var minHash = new MinHash(128, seed: 1);
        var shingler = new Shingler(unit, 5);
        uint[] signature = new uint[minHash.Stride];
        return () =>
        {
            foreach (Document document in documents)
            {
                minHash.Sign(shingler.Cut(document.Text), signature);
            }
        };
    }

    private static Action Summarize(Action<IEnumerable<Document>, Stream> summarize, Document[] documents) =>
        () => summarize(documents, Stream.Null);

    private static void Measure(TextWriter output, string work, string name, Document[] documents, Action run)
    {
        double[] seconds = new double[Rounds];
        run();
        for (int round = 0; round < Rounds; round++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            run();
            seconds[round] = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
        }

        Array.Sort(seconds);
        double megabytes = documents.Sum(document => (long)document.CountBytes()) / 1e6;
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"| {work} | {name} | {documents.Length} | {megabytes:F1} | {megabytes / seconds[Rounds / 2]:F0} "
            + $"| {megabytes / seconds[0]:F0} |"));
    }

    private static Document[] Chapters(string file)
    {
        string path = TestData.File("corpora", file);
        string text = File.Exists(path) ? File.ReadAllText(path, Encoding.UTF8) : string.Empty;
        return [.. text.Chunk(ChapterLength).Select((chapter, i) => new Document($"{file}-{i}", new string(chapter)))];
    }
}
