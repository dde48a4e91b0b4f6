using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Documentation;
using Puyu.Data.Formats;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Formats;

public sealed class ReaderFuzzTests : IDisposable
{
    private const int Rounds = 150;

    private readonly TemporaryFolder _folder = new();

    /// <summary>Formats, and the share of documents that must be left on average.</summary>
    public static TheoryData<string, double> Cases => new()
    {
        { "jsonl", 0.5 },
        { "jsonl.gz", 0.5 },
        { "text", 0.5 },
        { "csv", 0.4 },
        { "tsv", 0.5 },
        { "warc", 0.5 },
        { "warc.gz", 0.5 },
        { "arc", 0.5 },
        { "html", 0.9 },
        { "dotnet-docs", 0.2 },
        { "html.gz", 0 },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public void Read_OfDamagedFiles_EndsWithWhatIsLeft(string name, double least) => CheckEnds(name, least);

    [ZstdFact]
    public void Read_OfDamagedZstd_EndsWithWhatIsLeft() => CheckEnds("jsonl.zst", 0.4);

    private void CheckEnds(string name, double least)
    {
        byte[] good = Good(name);
        string path = _folder.File("a." + name);
        File.WriteAllBytes(path, good);
        IDocumentReader reader = Reader(name);
        int documents = Reading.Of(reader, path).Documents.Count;
        Assert.Empty(Reading.Of(reader, path).Bad);
        var random = new CounterRandom(21);
        double left = 0;
        for (int round = 0; round < Rounds; round++)
        {
            byte[] bad = Damage.Apply(good, ref random);
            for (int more = random.NextInt32(3); more > 0 && bad.Length > 0; more--)
            {
                bad = Damage.Apply(bad, ref random);
            }

            File.WriteAllBytes(path, bad);
            Reading whole = Reading.Of(reader, path);
            Reading parts = Reading.Of(reader, path, partBytes: 1 + random.NextInt32(3000));
            left += whole.Documents.Count;
            if (!name.EndsWith(".gz", StringComparison.Ordinal))
            {
                Assert.Equal(whole.Everything, parts.Everything);
            }
        }

        Assert.InRange(left / Rounds / documents, least, 1.1);
    }

    private static IDocumentReader Reader(string name) => name.Split('.')[0] switch
    {
        "jsonl" => Reading.JsonLines(),
        "text" => new PlainTextReader(new TextOptions { Separator = TextSeparator.BlankLine }),
        "csv" => new CsvReader(isTabbed: false, new FieldOptions()),
        "tsv" => new CsvReader(isTabbed: true, new FieldOptions()),
        "html" => new HtmlReader(new RecordOptions()),
        "dotnet-docs" => new DocumentationReader(new RecordOptions()),
        _ => new WarcReader(new RecordOptions()),
    };

    private static byte[] Good(string name)
    {
        var random = new CounterRandom(22);
        string[] texts = [.. Enumerable.Range(0, 60).Select(_ => "")];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = Archives.Words(ref random, 20 + random.NextInt32(60));
        }

        switch (name)
        {
            case "jsonl" or "jsonl.zst" or "jsonl.gz":
                var written = new MemoryStream();
                for (int first = 0; first < texts.Length; first += 10)
                {
                    using IDocumentWriter writer = DocumentFormats.All.Single(format => format.Name == name).Writer!(written);
                    foreach (string text in texts.AsSpan(first, 10))
                    {
                        writer.Write(new Document("x", text));
                    }
                }

                return written.ToArray();
            case "csv":
                return Utf8("id,text\n" + string.Concat(texts.Select((text, i) => $"{i},\"{text}\"\n")));
            case "tsv":
                return Utf8("id\ttext\n" + string.Concat(texts.Select((text, i) => $"{i}\t{text.ReplaceLineEndings(" ")}\n")));
            case "warc":
                return [.. texts.SelectMany((text, i) => Archives.Page(i, Utf8(text)))];
            case "warc.gz":
                return [.. texts.SelectMany((text, i) => Archives.Gzip(Archives.Page(i, Utf8(text))))];
            case "arc":
                return [.. texts.SelectMany((text, i) => Utf8(
                    $"http://x/{i} 1.2.3.4 20140216050221 text/plain {Utf8(text).Length}\n{text}\n"))];
            case "dotnet-docs":
                return Utf8("<doc>" + string.Concat(texts.Select(
                    (text, i) => $"<member name=\"T:A{i}\"><summary>{text}</summary></member>\n")) + "</doc>");
            case "html.gz":
                return Archives.Gzip(string.Concat(texts));
            default:
                return Utf8(string.Join(name == "html" ? " " : "\n\n", texts));
        }
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
