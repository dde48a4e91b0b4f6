using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Puyu.Tokenizers.Training;

/// <summary>Cuts the words out of a text and counts them.</summary>
internal delegate void CountWords(ReadOnlySpan<byte> document, int first, int end, WordTable words);

/// <summary>Counts the distinct words of many documents, in parallel.</summary>
internal static class WordCounter
{
    /// <summary>Counts pretokens.</summary>
    /// <param name="documents">UTF-8 texts.</param>
    /// <param name="pattern">What a pretoken is.</param>
    /// <param name="threads">The counts do not depend on it; their order does.</param>
    /// <exception cref="ArgumentException">A document is not UTF-8.</exception>
    public static WordTable Count(IEnumerable<ReadOnlyMemory<byte>> documents, SplitPattern pattern, int threads) =>
        Count(
            documents,
            threads,
            (document, first, end, words) => CountPretokens(document, first, end, pattern, words));

    /// <summary>Counts words of any kind that are cut wherever every split pattern cuts.</summary>
    public static WordTable Count(IEnumerable<ReadOnlyMemory<byte>> documents, int threads, CountWords count)
    {
        IEnumerable<List<TextStretch>> batches = TextBatches.Cut(Checked(documents));
        var total = new WordTable();
        if (threads == 1)
        {
            foreach (List<TextStretch> batch in batches)
            {
                Count(batch, count, total);
            }

            return total;
        }

        try
        {
            CountInParallel(batches, threads, count, total);
        }
        catch (AggregateException e)
        {
            // What went wrong in one batch, as if no threads had been at work.
            ExceptionDispatchInfo.Throw(e.GetBaseException());
        }

        return total;
    }

    private static void CountInParallel(
        IEnumerable<List<TextStretch>> batches, int threads, CountWords count, WordTable total) =>
        Parallel.ForEach(
            Partitioner.Create(batches, EnumerablePartitionerOptions.NoBuffering),
            new ParallelOptions { MaxDegreeOfParallelism = threads },
            () => new WordTable(),
            (batch, _, words) =>
            {
                Count(batch, count, words);
                return words;
            },
            words =>
            {
                lock (total)
                {
                    total.Add(words);
                }
            });

    private static void Count(List<TextStretch> batch, CountWords count, WordTable words)
    {
        foreach (TextStretch stretch in batch)
        {
            count(stretch.Document.Span, stretch.First, stretch.End, words);
        }
    }

    private static void CountPretokens(
        ReadOnlySpan<byte> document, int first, int end, SplitPattern pattern, WordTable words)
    {
        for (int at = first; at < end;)
        {
            int next = PretokenScanner.Next(document, at, pattern);
            words.Add(document[at..next], 1);
            at = next;
        }
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Checked(IEnumerable<ReadOnlyMemory<byte>> documents)
    {
        int index = 0;
        foreach (ReadOnlyMemory<byte> document in documents)
        {
            if (!System.Text.Unicode.Utf8.IsValid(document.Span))
            {
                throw new ArgumentException($"document {index} is not UTF-8 but must be", nameof(documents));
            }

            index++;
            yield return document;
        }
    }
}
