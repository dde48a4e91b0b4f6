using System.Text;
using Puyu.Data.Pipeline;

namespace Puyu.Data.Tests.Pipeline;

/// <summary>Two stages, and a format of one document a line: the id, a tab, the text with | for line ends.</summary>
internal static class TestCatalog
{
    public static StageCatalog Create() => new([LengthStage.Factory, FirstLineStage.Factory], [Lines]);

    public static FormatFactory Lines { get; } = new("lines")
    {
        Reader = (options, context) =>
        {
            context.Read<NoOptions>(options);
            return new LinesReader();
        },
        Writer = stream => new LinesWriter(stream),
        Extension = ".lines",
    };

    private sealed record NoOptions;

    private sealed class LinesReader : IDocumentReader
    {
        public IReadOnlyList<SourcePart> Split(string file, string name, long partBytes)
        {
            byte[] bytes = File.ReadAllBytes(file);
            var parts = new List<SourcePart>();
            for (long start = 0; start < bytes.Length;)
            {
                int end = bytes.AsSpan((int)Math.Min(start + partBytes, bytes.Length) - 1).IndexOf((byte)'\n');
                long next = end < 0 ? bytes.Length : Math.Min(start + partBytes, bytes.Length) + end;
                parts.Add(new SourcePart(file, name, start, next - start));
                start = next;
            }

            return parts;
        }

        public IEnumerable<Document> Read(SourcePart part, Quarantine quarantine)
        {
            byte[] bytes = File.ReadAllBytes(part.Path);
            for (long start = part.Offset; start < part.Offset + part.Length;)
            {
                int length = bytes.AsSpan((int)start).IndexOf((byte)'\n');
                string[] line = Encoding.UTF8.GetString(bytes.AsSpan((int)start, length)).Split('\t');
                if (line.Length == 2)
                {
                    yield return new Document(line[0], line[1].Replace('|', '\n'))
                    {
                        Source = new DocumentSource(part.File, start, 0),
                    };
                }
                else
                {
                    quarantine.Add(part.File, start, "the line has no tab");
                }

                start += length + 1;
            }
        }
    }

    private sealed class LinesWriter(Stream stream) : IDocumentWriter
    {
        public long Position { get; private set; }

        public void Write(Document document)
        {
            byte[] line = Encoding.UTF8.GetBytes($"{document.Id}\t{document.Text.Replace('\n', '|')}\n");
            stream.Write(line);
            Position += line.Length;
        }

        public void Dispose()
        {
        }
    }
}
