using System.Globalization;
using Puyu.Data;
using Puyu.Data.Audit;
using Puyu.Data.Pipeline;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>What the pipeline adds to its stages: the files between passes and the fingerprint of the ledger.</summary>
/// <remarks>
/// Two novels of the test data in documents of 3,000 characters, repeated to some 60 MB. Processor time is that of the
/// whole process, collections of garbage included, and is what counts on a machine that does other work besides.
/// </remarks>
public static class PipelineFilesBench
{
    private const int Rounds = 9;
    private const int DocumentLength = 3_000;
    private const long CorpusBytes = 60_000_000;

    /// <summary>Measures and prints a table.</summary>
    public static void Run(TextWriter output)
    {
        using var folder = new TemporaryFolder();
        output.WriteLine("| work | text | MB | MB/s by processor time (median) |");
        output.WriteLine("| --- | --- | --: | --: |");
        foreach ((string name, string file) in (ReadOnlySpan<(string, string)>)
            [("English", "war_and_peace_utf8.txt"), ("Chinese", "红楼梦.txt")])
        {
            string path = TestData.File("corpora", file);
            if (!File.Exists(path))
            {
                output.WriteLine($"{name}: left out, there is no {path}");
                continue;
            }

            List<Document> documents = Read(path);
            string documentFile = folder.File("documents");
            double megabytes = documents.Sum(document => (double)document.CountBytes()) / 1e6;
            Report("writing documents", () => Write(documentFile, documents));
            Report("reading documents", () => DocumentFile.Read(documentFile).Count());
            Report("fingerprints", () => documents.Sum(document => TextFingerprint.Of(document.Text) & 1));

            void Report(string work, Func<long> run) => output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {work} | {name} | {megabytes:F1} | {megabytes / Measure(run):F0} |"));
        }
    }

    private static double Measure(Func<long> run)
    {
        var seconds = new List<double>();
        for (int round = -1; round < Rounds; round++)
        {
            TimeSpan before = Environment.CpuUsage.TotalTime;
            run();
            if (round >= 0)
            {
                seconds.Add((Environment.CpuUsage.TotalTime - before).TotalSeconds);
            }
        }

        seconds.Sort();
        return seconds[Rounds / 2];
    }

    private static long Write(string path, List<Document> documents)
    {
        using FileStream stream = File.Create(path, 1 << 16);
        var writer = new RecordWriter(stream, DocumentFile.Magic);
        for (int i = 0; i < documents.Count; i++)
        {
            DocumentFile.Write(writer, i, documents[i]);
        }

        return writer.Bytes;
    }

    private static List<Document> Read(string path)
    {
        string text = File.ReadAllText(path);
        var documents = new List<Document>();
        long bytes = 0;
        for (int i = 0; bytes < CorpusBytes; i = (i + 1) % (text.Length / DocumentLength))
        {
            string stretch = text.Substring(i * DocumentLength, DocumentLength);
            var document = new Document($"document-{documents.Count}", stretch)
            {
                Source = new DocumentSource("novel.txt", bytes, 0),
                Metadata = Document.NoMetadata.Add("title", "a novel").Add("chapter", $"{i}"),
            };
            documents.Add(document);
            bytes += document.CountBytes();
        }

        return documents;
    }
}
