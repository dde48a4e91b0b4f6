using Puyu.Data.Pipeline;

namespace Puyu.Data.Lists;

/// <summary>Counts listed words in documents, and the share of the characters that they are.</summary>
public sealed class WordsStage : IStage
{
    private readonly WordList _words;

    /// <summary>Reads the lists.</summary>
    /// <exception cref="InvalidDataException">A list is not UTF-8.</exception>
    public WordsStage(WordsStageOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validated();
        _words = WordList.Load(options.Words, options.Allowed);
    }

    /// <inheritdoc/>
    public string Name => "words";

    /// <inheritdoc/>
    public IReadOnlyList<Measure> Measures { get; } =
        [new Measure("listed-words", Max: 0), new Measure("listed-word-share")];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        var found = new List<WordOccurrence>();
        _words.Find(document.Text, found);
        int characters = 0;
        foreach (WordOccurrence occurrence in found)
        {
            characters += occurrence.Length;
        }

        values[0] = found.Count;
        values[1] = document.Text.Length == 0 ? 0 : (float)characters / document.Text.Length;
        return new StageResult(document, found.Count == 0 ? null : found[0].Word);
    }
}
