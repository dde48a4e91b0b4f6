using System.Runtime.InteropServices;

namespace Puyu.Data.Lists;

/// <summary>
/// Words and phrases to be found in texts, whatever their case and width. Where scripts separate words, only whole
/// words are found; in Chinese, Japanese, Thai and their like, any occurrence is. Safe for several threads.
/// </summary>
/// <remarks>
/// A word needs a border on each side on which it has a letter of a script that separates words. An allowed phrase
/// protects the words inside it: with 性能 allowed, 性 is not found in it; allowing 性 itself takes it off the list.
/// </remarks>
public sealed class WordList
{
    private readonly AhoCorasick _atWords;
    private readonly AhoCorasick _anywhere;
    private readonly bool[] _isAllowedAtWords;
    private readonly bool[] _isAllowedAnywhere;

    /// <summary>Builds a list.</summary>
    /// <param name="words">To be found; blank ones are left out.</param>
    /// <param name="allowed">Not to be found, with whatever is inside.</param>
    public WordList(IEnumerable<string> words, IEnumerable<string> allowed)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(allowed);
        var isAllowed = new SortedDictionary<string, bool>(StringComparer.Ordinal);
        foreach (string word in words.Select(Fold).Where(word => word.Length > 0))
        {
            isAllowed[word] = false;
        }

        Count = isAllowed.Count;
        foreach (string phrase in allowed.Select(Fold).Where(phrase => phrase.Length > 0))
        {
            isAllowed[phrase] = true;
        }

        string[] atWords = [.. isAllowed.Keys.Where(word => CharacterClasses.IsOfWord(word[0]))];
        string[] anywhere = [.. isAllowed.Keys.Where(word => !CharacterClasses.IsOfWord(word[0]))];
        _atWords = new AhoCorasick(atWords, atWords: true);
        _anywhere = new AhoCorasick(anywhere, atWords: false);
        _isAllowedAtWords = [.. atWords.Select(word => isAllowed[word])];
        _isAllowedAnywhere = [.. anywhere.Select(word => isAllowed[word])];
    }

    /// <summary>Words on the list.</summary>
    public int Count { get; }

    /// <summary>Reads lists: UTF-8, one word or phrase a line.</summary>
    /// <param name="files">Of words to be found.</param>
    /// <param name="allowedFiles">Of allowed phrases.</param>
    /// <exception cref="InvalidDataException">A file is not UTF-8.</exception>
    public static WordList Load(IReadOnlyList<string> files, IReadOnlyList<string> allowedFiles)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(allowedFiles);
        return new WordList(files.SelectMany(Lines), allowedFiles.SelectMany(Lines));
    }

    /// <summary>
    /// Finds what is in a text, from left to right; of words that overlap, the first, and of those the longest.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="found">Cleared first.</param>
    public void Find(ReadOnlySpan<char> text, List<WordOccurrence> found)
    {
        ArgumentNullException.ThrowIfNull(found);
        found.Clear();
        List<Candidate>? candidates = null;
        Collect(_atWords, _isAllowedAtWords, text, ref candidates);
        Collect(_anywhere, _isAllowedAnywhere, text, ref candidates);
        if (candidates is null)
        {
            return;
        }

        candidates.Sort();
        int allowedEnd = 0;
        int end = 0;
        foreach (Candidate candidate in candidates)
        {
            if (candidate.IsAllowed)
            {
                allowedEnd = Math.Max(allowedEnd, candidate.End);
            }
            else if (candidate.End > allowedEnd && candidate.Start >= end)
            {
                end = candidate.End;
                found.Add(new WordOccurrence(candidate.Start, end - candidate.Start, candidate.Word));
            }
        }
    }

    private static void Collect(
        AhoCorasick automaton, bool[] isAllowed, ReadOnlySpan<char> text, ref List<Candidate>? candidates)
    {
        if (automaton.Words.Count == 0)
        {
            return;
        }

        List<(int Start, int Word)>? raw = null;
        automaton.Find(text, ref raw);
        foreach ((int start, int index) in CollectionsMarshal.AsSpan(raw))
        {
            string word = automaton.Words[index];
            int end = start + word.Length;
            bool isCutLeft = start > 0 && CharacterClasses.IsOfWord(word[0])
                && CharacterClasses.IsOfWord(text[start - 1]);
            bool isCutRight = end < text.Length && CharacterClasses.IsOfWord(word[^1])
                && CharacterClasses.IsOfWord(text[end]);
            if (!isCutLeft && !isCutRight)
            {
                (candidates ??= []).Add(new Candidate(start, end, word, isAllowed[index]));
            }
        }
    }

    private static IEnumerable<string> Lines(string path) => JsonLines.ReadText(path).Split('\n');

    private static string Fold(string word) =>
        string.Create(word.Trim().Length, word.Trim(), static (folded, trimmed) =>
        {
            for (int i = 0; i < folded.Length; i++)
            {
                folded[i] = CharacterClasses.Fold(trimmed[i]);
            }
        });

    /// <summary>In the order of starts; of one start, allowed ones first, then the longest.</summary>
    private readonly record struct Candidate(int Start, int End, string Word, bool IsAllowed) : IComparable<Candidate>
    {
        public int CompareTo(Candidate other)
        {
            int order = Start.CompareTo(other.Start);
            order = order != 0 ? order : other.IsAllowed.CompareTo(IsAllowed);
            return order != 0 ? order : other.End.CompareTo(End);
        }
    }
}
