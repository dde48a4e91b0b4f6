using System.Globalization;
using Puyu.Abstractions;
using Puyu.Tokenizers.SentencePiece;

namespace Puyu.Tokenizers.Training;

/// <summary>Learns a SentencePiece BPE vocabulary, merging characters, from text.</summary>
/// <remarks>
/// Text is not normalized, so that decoding gives it back, but for a literal U+2581, which becomes a space. The result
/// depends on the text and the options alone. See docs/tokenizer-training.md.
/// </remarks>
public static class SentencePieceTrainer
{
    /// <summary>Learns from documents, each cut into pretokens by itself.</summary>
    /// <param name="documents">UTF-8 texts; read once, and not kept.</param>
    /// <param name="options">What to learn.</param>
    /// <param name="progress">Told the merges learned so far; null for no reports.</param>
    /// <returns>The tokenizer; save it with <see cref="Export.SentencePieceModelFile"/>.</returns>
    /// <exception cref="OptionsException">
    /// The options contradict themselves, or the text has too few pairs to fill the vocabulary, or too many characters.
    /// </exception>
    /// <exception cref="ArgumentException">There is no text, or a document is not UTF-8.</exception>
    public static SentencePieceTokenizer Train(
        IEnumerable<ReadOnlyMemory<byte>> documents,
        SentencePieceTrainingOptions options,
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

        var characters = CharacterSet.Of(words, options.CharacterCoverage);
        int count = characters.CodePoints.Count;
        int fixedPieces = SentencePieceTrainingOptions.FirstLearned + count + options.SpecialTokens.Count;
        int wanted = options.VocabSize - fixedPieces;
        if (wanted < 0)
        {
            throw new OptionsException(Vocabulary(
                options, $"but {count} characters need {fixedPieces}; lower CharacterCoverage or raise VocabSize"));
        }

        var limits = new MergeLimits(options.MinFrequency, options.MaxPieceCharacters ?? int.MaxValue);
        var learner = new MergeLearner(ToCorpus(words, characters), count, limits);
        List<(int Left, int Right)> merges = learner.Learn(wanted, progress);
        int found = fixedPieces + merges.Count;
        return merges.Count == wanted
            ? SentencePieceTokenizer.Create(ToModel(characters, merges, options))
            : throw new OptionsException(Vocabulary(
                options,
                $"but this text has pairs for {found} only (MinFrequency {options.MinFrequency}); give more text"));
    }

    /// <summary>Learns from a text file of any size.</summary>
    /// <param name="path">A UTF-8 file.</param>
    /// <param name="options">What to learn.</param>
    /// <param name="progress">Told the merges learned so far; null for no reports.</param>
    /// <returns>As <see cref="Train"/>, with the file as one document.</returns>
    /// <exception cref="OptionsException">As for <see cref="Train"/>.</exception>
    /// <exception cref="ArgumentException">As for <see cref="Train"/>.</exception>
    public static SentencePieceTokenizer TrainOnFile(
        string path, SentencePieceTrainingOptions options, IProgress<TrainingProgress>? progress = null) =>
        Train(TextFileReader.Read(path), options, progress);

    /// <summary>
    /// Words of numbered characters; a character without a number ends a word, and another begins behind it.
    /// </summary>
    private static MergeCorpus ToCorpus(WordTable words, CharacterSet characters)
    {
        var corpus = new MergeCorpus(words.Bytes, words.Count);
        foreach ((ReadOnlyMemory<byte> word, long count) in words.Words())
        {
            int pending = 0;
            for (int at = 0; at < word.Length;)
            {
                int number = characters.NumberAt(word.Span, at, out int length);
                at += length;
                if (number >= 0)
                {
                    corpus.Append(number);
                    pending++;
                }
                else if (pending > 0)
                {
                    corpus.EndWord(count);
                    pending = 0;
                }
            }

            if (pending > 0)
            {
                corpus.EndWord(count);
            }
        }

        return corpus;
    }

    /// <summary>
    /// Scores fall from the first merge on, and below the last one over the characters, as the library's do.
    /// </summary>
    private static SentencePieceModel ToModel(
        CharacterSet characters, List<(int Left, int Right)> merges, SentencePieceTrainingOptions options)
    {
        List<Piece> pieces =
        [
            new("<unk>", 0, PieceType.Unknown), new("<s>", 0, PieceType.Control), new("</s>", 0, PieceType.Control),
            .. Enumerable.Range(0, 256).Select(value => new Piece($"<0x{value:X2}>", 0, PieceType.Byte)),
        ];
        List<string> texts =
        [
            .. characters.CodePoints.Select(
                codePoint => codePoint == ' ' ? "\u2581" : char.ConvertFromUtf32(codePoint)),
        ];
        foreach ((int left, int right) in merges)
        {
            texts.Add(texts[left] + texts[right]);
        }

        int count = characters.CodePoints.Count;
        IEnumerable<string> learned = texts.Skip(count).Concat(texts.Take(count));
        pieces.AddRange(learned.Select((text, rank) => new Piece(text, -rank, PieceType.Normal)));
        pieces.AddRange(options.SpecialTokens.Select(literal => new Piece(literal, 0, PieceType.Control)));
        ThrowIfTwice(pieces, options);
        int pad = options.PadToken is null ? -1 : pieces.FindLastIndex(piece => piece.Text == options.PadToken);
        return new SentencePieceModel
        {
            Pieces = pieces,
            HasByteFallback = true,
            Normalizer = new NormalizerRules { AddsDummyPrefix = options.AddsDummyPrefix, RemovesExtraSpaces = false },
            Ids = new SpecialIds(Bos: 1, Eos: 2, Pad: pad < 0 ? null : pad, Unknown: 0),
        };
    }

    private static void ThrowIfTwice(List<Piece> pieces, SentencePieceTrainingOptions options)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        if (pieces.Find(piece => !seen.Add(piece.Text)) is { Text: not null } twice)
        {
            throw new OptionsException(
                $"{nameof(SentencePieceTrainingOptions)}: SpecialTokens is {string.Join(", ", options.SpecialTokens)} "
                + $"but '{twice.Text}' is a piece of another kind already");
        }
    }

    private static string Vocabulary(SentencePieceTrainingOptions options, FormattableString problem) => string.Create(
        CultureInfo.InvariantCulture,
        $"{nameof(SentencePieceTrainingOptions)}: VocabSize is {options.VocabSize} ")
        + FormattableString.Invariant(problem);
}
