using System.Globalization;
using Puyu.Abstractions;
using Puyu.Tokenizers.Bytes;

namespace Puyu.Tokenizers.Training;

/// <summary>Learns a byte-level BPE vocabulary from text.</summary>
/// <remarks>
/// The result depends on the text and the options alone: not on threads, and not on how the text is divided into
/// documents of whole lines. See docs/tokenizer-training.md.
/// </remarks>
public static class BpeTrainer
{
    /// <summary>Learns from documents, each cut into pretokens by itself.</summary>
    /// <param name="documents">UTF-8 texts; read once, and not kept.</param>
    /// <param name="options">What to learn.</param>
    /// <param name="progress">Told the merges learned so far; null for no reports.</param>
    /// <returns>The tokenizer: byte b is id b, the i-th merge is id 256 + i, then come the special tokens.</returns>
    /// <exception cref="OptionsException">
    /// The options contradict themselves, or the text has too few pairs to fill the vocabulary.
    /// </exception>
    /// <exception cref="ArgumentException">There is no text, or a document is not UTF-8.</exception>
    public static ByteLevelBpeTokenizer Train(
        IEnumerable<ReadOnlyMemory<byte>> documents,
        BpeTrainingOptions options,
        IProgress<TrainingProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(documents);
        ArgumentNullException.ThrowIfNull(options);
        options.Validated();
        WordTable words = WordCounter.Count(documents, options.SplitPattern, options.Threads);
        if (words.Count == 0)
        {
            throw new ArgumentException("documents hold 0 bytes of text but there must be some to learn from");
        }

        var limits = new MergeLimits(options.MinFrequency, options.MaxTokenBytes);
        var learner = new MergeLearner(ToCorpus(words), BpeTrainingOptions.ByteCount, limits);
        List<(int Left, int Right)> merges = learner.Learn(options.Merges, progress);
        if (merges.Count < options.Merges)
        {
            throw new OptionsException(string.Create(
                CultureInfo.InvariantCulture,
                $"{nameof(BpeTrainingOptions)}: VocabSize is {options.VocabSize} but this text has pairs for "
                + $"{options.VocabSize - options.Merges + merges.Count} only (MinFrequency {options.MinFrequency}); "
                + $"give more text or a smaller VocabSize"));
        }

        return ToTokenizer(merges, options);
    }

    /// <summary>Learns from a text file of any size.</summary>
    /// <param name="path">A UTF-8 file.</param>
    /// <param name="options">What to learn.</param>
    /// <param name="progress">Told the merges learned so far; null for no reports.</param>
    /// <returns>As <see cref="Train"/>, with the file as one document.</returns>
    /// <exception cref="OptionsException">As for <see cref="Train"/>.</exception>
    /// <exception cref="ArgumentException">As for <see cref="Train"/>.</exception>
    public static ByteLevelBpeTokenizer TrainOnFile(
        string path, BpeTrainingOptions options, IProgress<TrainingProgress>? progress = null) =>
        Train(TextFileReader.Read(path), options, progress);

    private static MergeCorpus ToCorpus(WordTable words)
    {
        var corpus = new MergeCorpus(words.Bytes, words.Count);
        foreach ((ReadOnlyMemory<byte> word, long count) in words.Words())
        {
            foreach (byte value in word.Span)
            {
                corpus.Append(value);
            }

            corpus.EndWord(count);
        }

        return corpus;
    }

    private static ByteLevelBpeTokenizer ToTokenizer(List<(int Left, int Right)> merges, BpeTrainingOptions options)
    {
        List<byte[]> tokens =
            [.. Enumerable.Range(0, BpeTrainingOptions.ByteCount).Select(value => new[] { (byte)value })];
        foreach ((int left, int right) in merges)
        {
            tokens.Add([.. tokens[left], .. tokens[right]]);
        }

        var specials = options.SpecialTokens
            .Select((literal, index) => (literal, Id: tokens.Count + index))
            .ToDictionary(special => special.literal, special => special.Id);
        int? IdOf(string? literal) => literal is null ? null : specials[literal];
        return ByteLevelBpeTokenizer.Create(tokens, options.SplitPattern, specials, new SpecialIds(
            IdOf(options.BosToken), IdOf(options.EosToken), IdOf(options.PadToken)));
    }
}
