using System.Buffers;
using System.Collections.Frozen;
using Puyu.Data.Pipeline;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>C4's rule on listed words: a document with one of them goes.</summary>
/// <remarks>
/// Source: Raffel et al., 2020, arXiv 1910.10683, section 2.2; mC4 for languages without spaces. A document that is
/// removed comes with the first such word as its note.
/// </remarks>
public sealed class BadWordsStage : IStage
{
    private readonly BadWordsOptions _options;
    private readonly SearchValues<string> _words;
    private readonly Dictionary<char, string[]> _byFirst;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _longestParts;

    /// <summary>Looks for a list of words.</summary>
    /// <param name="options">As <see cref="BadWordsOptions.Validated"/> returns them.</param>
    public BadWordsStage(BadWordsOptions options)
    {
        _options = options;
        string[] words = options.Listed;
        _words = SearchValues.Create(words, StringComparison.OrdinalIgnoreCase);
        _byFirst = words.GroupBy(word => char.ToUpperInvariant(word[0]))
            .ToDictionary(group => group.Key, group => group.ToArray());
        _longestParts = words.Select(LongestPart).ToFrozenSet(StringComparer.OrdinalIgnoreCase)
            .GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <inheritdoc/>
    public string Name => "bad-words";

    /// <summary>How often listed words occur.</summary>
    public IReadOnlyList<Measure> Measures { get; } = [new("bad-words", Max: 0)];

    /// <inheritdoc/>
    public StageResult Apply(Document document, Span<float> values)
    {
        if (!IsSearched(document))
        {
            values[0] = float.NaN;
            return new StageResult(document);
        }

        values[0] = 0;
        if (_options.Matching == WordMatching.WholeWords && !MayMatch(TextAnalysis.Of(document.Text)))
        {
            return new StageResult(document);
        }

        ReadOnlySpan<char> text = document.Text;
        string? first = null;
        int count = 0;
        int at = 0;
        while (at < text.Length)
        {
            int offset = text[at..].IndexOfAny(_words);
            if (offset < 0)
            {
                break;
            }

            at += offset;
            string? word = At(text, at);
            first ??= word;
            count += word is null ? 0 : 1;
            at += word?.Length ?? 1;
        }

        values[0] = count;
        return new StageResult(document, first);
    }

    /// <summary>
    /// Whether any spelling of a text, or a part of one between apostrophes and the like, is the longest part of a
    /// listed word: without that none matches, which is so for most texts, and spellings are far fewer than characters.
    /// </summary>
    private bool MayMatch(TextAnalysis analysis)
    {
        WordList words = analysis.Words;
        for (int id = 0; id < words.Spellings; id++)
        {
            ReadOnlySpan<char> rest = words.Spelling(id, analysis.Text);
            while (!rest.IsEmpty)
            {
                int end = 0;
                while (end < rest.Length && IsWordAt(rest, end))
                {
                    end++;
                }

                if (_longestParts.Contains(rest[..end]))
                {
                    return true;
                }

                rest = rest[Math.Min(end + 1, rest.Length)..];
            }
        }

        return false;
    }

    /// <summary>
    /// The longest stretch of a listed word that a text divided in words has as a part of a spelling; empty, which any
    /// mark has, for a word of marks.
    /// </summary>
    private static string LongestPart(string word)
    {
        WordList words = TextAnalysis.Of(word).Words;
        return Enumerable.Range(0, words.Spellings)
            .SelectMany(id => words.Spelling(id, word).ToString().Split('\'', '\u2019', '.', ','))
            .Where(part => part.Length > 0 && IsWordAt(part, 0))
            .MaxBy(part => part.Length) ?? "";
    }

    private bool IsSearched(Document document)
    {
        if (_options.Language is { } language
            && document.Metadata.TryGetValue("language", out string? actual)
            && !string.Equals(actual, language, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        return _options.KeepFraction == 0
            || (ulong)document.Source.Key * Math.Pow(2, -64) >= _options.KeepFraction;
    }

    /// <summary>The listed word that counts at a place; null if none does.</summary>
    private string? At(ReadOnlySpan<char> text, int at)
    {
        foreach (string word in _byFirst.GetValueOrDefault(char.ToUpperInvariant(text[at]), []))
        {
            if (text[at..].StartsWith(word, StringComparison.OrdinalIgnoreCase)
                && (_options.Matching == WordMatching.Anywhere
                    || (!IsWordAt(text, at - 1) && !IsWordAt(text, at + word.Length))))
            {
                return word;
            }
        }

        return null;
    }

    private static bool IsWordAt(ReadOnlySpan<char> text, int at) =>
        at >= 0 && at < text.Length
        && CharacterClasses.Of(text[at]) is <= CharacterClass.Joiner or CharacterClass.Ideograph or CharacterClass.Kana;
}
