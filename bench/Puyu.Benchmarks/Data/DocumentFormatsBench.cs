using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using Puyu.Data;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;
using Puyu.Testing;

namespace Puyu.Benchmarks.Data;

/// <summary>Reading and writing documents on one thread, in bytes of the file before compression.</summary>
/// <remarks>
/// Two novels of the test data, in documents of 3,000 characters with four members of metadata in every second one.
/// Processor time is that of the whole process, collections of garbage included, and is what counts on a machine that
/// does other work besides.
/// </remarks>
public static class DocumentFormatsBench
{
    private const int Rounds = 9;
    private const int DocumentLength = 3000;
    private const int FileBytes = 50_000_000;

    /// <summary>Measures and prints a table.</summary>
    public static void Run(TextWriter output)
    {
        using var folder = new TemporaryFolder();
        output.WriteLine("| work | text | MB | MB/s by processor time (median) | MB/s by the clock (median) |");
        output.WriteLine("| --- | --- | --: | --: | --: |");
        foreach ((string name, string file) in (ReadOnlySpan<(string, string)>)
            [("English", "war_and_peace_utf8.txt"), ("Chinese", "红楼梦.txt")])
        {
            string path = TestData.File("corpora", file);
            if (!File.Exists(path))
            {
                output.WriteLine($"{name}: left out, there is no {path}");
                continue;
            }

            Measure(output, name, [.. Documents(File.ReadAllText(path))], folder);
        }
    }

    private static void Measure(TextWriter output, string language, Document[] documents, TemporaryFolder folder)
    {
        string plain = Write(documents, "jsonl", folder);
        string gzip = Write(documents, "jsonl.gz", folder);
        string warc = WriteWarc(documents, folder);
        double megabytes = new FileInfo(plain).Length / 1e6;
        IDocumentReader reader = DocumentFormats.JsonLinesOf(new FieldOptions());
        Row("write JSON Lines", () => WriteAll(documents, Stream.Null, "jsonl"));
        Row("read JSON Lines", () => Read(reader, plain));
        Row("read JSON Lines in gzip", () => Read(reader, gzip));
        Row("read WARC in gzip", () => Read(new WarcReader(new RecordOptions()), warc));

        void Row(string work, Action act)
        {
            (double processor, double clock) = MedianSeconds(act);
            output.WriteLine(FormattableString.Invariant(
                $"| {work} | {language} | {megabytes:F0} | {megabytes / processor:F0} | {megabytes / clock:F0} |"));
        }
    }

    private static (double Processor, double Clock) MedianSeconds(Action act)
    {
        using Process process = Process.GetCurrentProcess();
        var processor = new List<double>();
        var clock = new List<double>();
        act();
        for (int round = 0; round < Rounds; round++)
        {
            process.Refresh();
            TimeSpan before = process.TotalProcessorTime;
            long started = Stopwatch.GetTimestamp();
            act();
            clock.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            process.Refresh();
            processor.Add((process.TotalProcessorTime - before).TotalSeconds);
        }

        return (processor.Order().ElementAt(Rounds / 2), clock.Order().ElementAt(Rounds / 2));
    }

    private static IEnumerable<Document> Documents(string text)
    {
        int bytes = 0;
        for (int i = 0; bytes < FileBytes; i++)
        {
            int first = (int)((long)i * DocumentLength % (text.Length - DocumentLength - 1));
            first += char.IsLowSurrogate(text[first]) ? 1 : 0;
            int length = DocumentLength - (char.IsHighSurrogate(text[first + DocumentLength - 1]) ? 1 : 0);
            var document = new Document($"{i}", text.Substring(first, length));
            bytes += document.CountBytes();
            yield return i % 2 == 0 ? document : document with
            {
                Metadata = Document.NoMetadata.Add("url", $"http://example.org/{i}").Add("date", "2023-01-02T03:04:05Z")
                    .Add("title", text.Substring(first, 20)).Add("language", "en"),
            };
        }
    }

    private static string Write(Document[] documents, string format, TemporaryFolder folder)
    {
        string path = folder.File("documents." + format);
        using FileStream stream = File.Create(path);
        WriteAll(documents, stream, format);
        return path;
    }

    private static void WriteAll(Document[] documents, Stream stream, string format)
    {
        using IDocumentWriter writer = DocumentFormats.All.Single(known => known.Name == format).Writer!(stream);
        foreach (Document document in documents)
        {
            writer.Write(document);
        }
    }

    private static string WriteWarc(Document[] documents, TemporaryFolder folder)
    {
        string path = folder.File("documents.warc.gz");
        using FileStream stream = File.Create(path);
        foreach (Document document in documents)
        {
            byte[] text = Encoding.UTF8.GetBytes(document.Text);
            using var member = new GZipStream(stream, CompressionLevel.Optimal, leaveOpen: true);
            member.Write(Encoding.UTF8.GetBytes(
                $"WARC/1.0\r\nWARC-Type: conversion\r\nWARC-Record-ID: <{document.Id}>\r\nContent-Type: text/plain\r\n"
                + $"Content-Length: {text.Length}\r\n\r\n"));
            member.Write(text);
            member.Write("\r\n\r\n"u8);
        }

        return path;
    }

    private static void Read(IDocumentReader reader, string path)
    {
        var quarantine = new Quarantine();
        int documents = reader.Split(path, "f", long.MaxValue).Sum(part => reader.Read(part, quarantine).Count());
        if (documents == 0 || quarantine.Records.Count > 0)
        {
            throw new InvalidDataException($"{path} gives {documents} documents and has {quarantine.Records.Count} bad ones");
        }
    }
}
