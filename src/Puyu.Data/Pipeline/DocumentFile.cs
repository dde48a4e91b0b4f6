using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Puyu.Data.Pipeline;

/// <summary>The documents that a pass left of a part, each with its number among those that were read.</summary>
internal static class DocumentFile
{
    public static ReadOnlySpan<byte> Magic => "PuyuDoc1"u8;

    /// <summary>Appends a document.</summary>
    /// <returns>Bytes of its text in UTF-8.</returns>
    public static int Write(RecordWriter writer, int number, Document document)
    {
        writer.Number(number);
        writer.Text(document.Id);
        int bytes = writer.Text(document.Text);
        writer.Source(document.Source);
        writer.Number(document.Metadata.Count);
        foreach ((string name, string value) in document.Metadata)
        {
            writer.Text(name);
            writer.Text(value);
        }

        writer.Number(document.Scores.Length);
        foreach (Score score in document.Scores)
        {
            writer.Text(score.Name);
            writer.Single(score.Value);
            writer.Number(score.HigherIsBetter ? 1 : 0);
        }

        writer.Number(document.Spans.Length);
        foreach (TextSpan span in document.Spans)
        {
            writer.Number(span.Start);
            writer.Number(span.Length);
            writer.Text(span.Label);
        }

        writer.End();
        return bytes;
    }

    /// <summary>Reads a file, one document at a time.</summary>
    public static IEnumerable<(int Number, Document Document)> Read(string path)
    {
        using var reader = new RecordReader(path, Magic);
        string file = "";
        while (reader.Next())
        {
            int number = (int)reader.Number();
            var document = new Document(reader.Text(), reader.Text())
            {
                Source = reader.Source(file),
                Metadata = ReadMetadata(reader),
                Scores = ReadScores(reader),
                Spans = ReadSpans(reader),
            };
            file = document.Source.File;
            yield return (number, document);
        }
    }

    private static ImmutableSortedDictionary<string, string> ReadMetadata(RecordReader reader)
    {
        long count = reader.Number();
        if (count == 0)
        {
            return Document.NoMetadata;
        }

        ImmutableSortedDictionary<string, string>.Builder metadata = Document.NoMetadata.ToBuilder();
        for (long i = 0; i < count; i++)
        {
            metadata.Add(reader.Text(), reader.Text());
        }

        return metadata.ToImmutable();
    }

    private static ImmutableArray<Score> ReadScores(RecordReader reader)
    {
        var scores = new Score[reader.Number()];
        for (int i = 0; i < scores.Length; i++)
        {
            scores[i] = new Score(reader.Text(), reader.Single(), reader.Number() == 1);
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(scores);
    }

    private static ImmutableArray<TextSpan> ReadSpans(RecordReader reader)
    {
        var spans = new TextSpan[reader.Number()];
        for (int i = 0; i < spans.Length; i++)
        {
            spans[i] = new TextSpan((int)reader.Number(), (int)reader.Number(), reader.Text());
        }

        return ImmutableCollectionsMarshal.AsImmutableArray(spans);
    }
}
