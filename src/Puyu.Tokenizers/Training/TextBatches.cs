namespace Puyu.Tokenizers.Training;

/// <summary>Cuts a stream of documents into batches of about equal size, for threads to count.</summary>
internal static class TextBatches
{
    /// <summary>Bytes of a batch, about.</summary>
    public const int DefaultBatchBytes = 1 << 20;

    /// <summary>The batches; together they hold every byte once.</summary>
    /// <param name="documents">UTF-8 texts.</param>
    /// <param name="batchBytes">A batch ends when it holds so many bytes.</param>
    public static IEnumerable<List<TextStretch>> Cut(
        IEnumerable<ReadOnlyMemory<byte>> documents, int batchBytes = DefaultBatchBytes)
    {
        var batch = new List<TextStretch>();
        int bytes = 0;
        foreach (ReadOnlyMemory<byte> document in documents)
        {
            for (int start = 0; start < document.Length;)
            {
                int end = SafeCut(document.Span, (int)Math.Min(document.Length, (long)start + batchBytes - bytes));
                batch.Add(new TextStretch(document, start, end));
                bytes += end - start;
                start = end;
                if (bytes >= batchBytes)
                {
                    yield return batch;
                    batch = [];
                    bytes = 0;
                }
            }
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    /// <summary>
    /// The first place at or after <paramref name="at"/> that every split pattern cuts; else the end.
    /// </summary>
    /// <remarks>
    /// No pretoken of any pattern has an ASCII letter before a space, or a line end before an ASCII letter or a
    /// character from U+5000 to U+9FFF: white space comes first in a pretoken or makes up all of it, and only line ends
    /// and slashes follow a line end.
    /// </remarks>
    private static int SafeCut(ReadOnlySpan<byte> text, int at)
    {
        for (at = Math.Max(at, 1); at < text.Length; at++)
        {
            if ((text[at] == ' ' && char.IsAsciiLetter((char)text[at - 1]))
                || (text[at - 1] == '\n' && (char.IsAsciiLetter((char)text[at]) || text[at] is >= 0xE5 and <= 0xE9)))
            {
                return at;
            }
        }

        return text.Length;
    }
}

/// <summary>A stretch of a document that begins and ends where pretokens do.</summary>
/// <param name="Document">The whole document: whether a pretoken ends can depend on what follows the stretch.</param>
/// <param name="First">Where the stretch begins, in bytes.</param>
/// <param name="End">Where it ends.</param>
internal readonly record struct TextStretch(ReadOnlyMemory<byte> Document, int First, int End);
