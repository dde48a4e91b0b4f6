using System.Buffers;
using Puyu.Data.Text;

namespace Puyu.Data.Rules;

/// <summary>C4's rules on one line.</summary>
internal static class C4Line
{
    private const int LongestWord = 1000;
    private const int FewestWords = 3;

    private static readonly SearchValues<string> _policies = SearchValues.Create(
        ["terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"],
        StringComparison.OrdinalIgnoreCase);

    private static readonly SearchValues<string> _phrases = SearchValues.Create(
        [
            "terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies",
            "javascript", "lorem ipsum",
        ],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>What becomes of a line.</summary>
    public enum Verdict
    {
        Stays,
        Goes,
        HasLoremIpsum,
        HasCurlyBracket,
    }

    /// <summary>Whether a text has any phrase that lines are searched for.</summary>
    public static bool HasPhrases(ReadOnlySpan<char> text) =>
        text.Contains('{') || text.ContainsAny(_phrases);

    /// <summary>What datatrove does with a line.</summary>
    /// <param name="line">Without white space around it, citations included.</param>
    /// <param name="withoutCitations">The same without citations.</param>
    /// <param name="options">Which lines are sentences.</param>
    /// <param name="mayHavePhrases">Whether the line may have any of the phrases.</param>
    public static Verdict Judge(
        ReadOnlySpan<char> line, ReadOnlySpan<char> withoutCitations, C4Options options, bool mayHavePhrases)
    {
        if (HasLongWord(line)
            || (options.RequiresLineEnds && !Ends(withoutCitations, options.LineEnds))
            || !HasWords(line, FewestWords, options.LineEnds))
        {
            return Verdict.Goes;
        }

        if (!mayHavePhrases || !HasPhrases(withoutCitations))
        {
            return Verdict.Stays;
        }

        if (withoutCitations.Contains("lorem ipsum", StringComparison.OrdinalIgnoreCase))
        {
            return Verdict.HasLoremIpsum;
        }

        if (withoutCitations.Contains("javascript", StringComparison.OrdinalIgnoreCase))
        {
            return Verdict.Goes;
        }

        return withoutCitations.Contains('{') ? Verdict.HasCurlyBracket
            : withoutCitations.ContainsAny(_policies) ? Verdict.Goes
            : Verdict.Stays;
    }

    /// <summary>Whether dolma keeps a line: one with a mark at its end and three words.</summary>
    /// <param name="line">Without white space around it.</param>
    /// <param name="options">Which lines are sentences.</param>
    public static bool StaysInDolma(ReadOnlySpan<char> line, C4Options options)
    {
        bool ends = options.LineEnds == LineEnds.Latin
            ? line is [.., '.' or '?' or '!' or '"']
            : TerminalMarks.End(line);
        return (ends || !options.RequiresLineEnds) && HasWords(line, FewestWords, options.LineEnds);
    }

    /// <summary>Whether a word of a line is "javascript".</summary>
    public static bool HasJavaScript(ReadOnlySpan<char> line)
    {
        foreach (Range word in line.SplitAny(" \t\v\f\r\u0085\u00A0"))
        {
            if (line[word].Equals("javascript", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Where the next citation is: brackets around digits or nothing, <c>[edit]</c> or <c>[citation needed]</c>.
    /// </summary>
    public static bool TryFindCitation(ReadOnlySpan<char> line, int from, out int start, out int length)
    {
        start = from;
        while (true)
        {
            int offset = line[start..].IndexOf('[');
            if (offset < 0)
            {
                length = 0;
                return false;
            }

            start += offset;
            length = CitationLength(line[start..]);
            if (length > 0)
            {
                return true;
            }

            start++;
        }
    }

    private static int CitationLength(ReadOnlySpan<char> text)
    {
        foreach (string citation in (ReadOnlySpan<string>)["[edit]", "[citation needed]"])
        {
            if (text.StartsWith(citation, StringComparison.Ordinal))
            {
                return citation.Length;
            }
        }

        int end = 1;
        while (end < text.Length && char.IsDigit(text[end]))
        {
            end++;
        }

        return end < text.Length && text[end] == ']' ? end + 1 : 0;
    }

    private static bool Ends(ReadOnlySpan<char> line, LineEnds lineEnds) =>
        (lineEnds == LineEnds.Latin ? TerminalMarks.EndAsPublished(line) : TerminalMarks.End(line))
        && line is not [.., '.', '.', '.'];

    private static bool HasLongWord(ReadOnlySpan<char> line)
    {
        if (line.Length <= LongestWord)
        {
            return false;
        }

        int length = 0;
        foreach (char c in line)
        {
            length = char.IsWhiteSpace(c) ? 0 : length + 1;
            if (length > LongestWord)
            {
                return true;
            }
        }

        return false;
    }

    private static bool HasWords(ReadOnlySpan<char> line, int fewest, LineEnds lineEnds)
    {
        int count = 0;
        bool inWord = false;
        for (int i = 0; i < line.Length && count < fewest; i++)
        {
            CharacterClass kind = CharacterClasses.Of(line[i]);
            bool isAlone = lineEnds == LineEnds.AllScripts && kind is CharacterClass.Ideograph or CharacterClass.Kana;
            bool isWord = kind != CharacterClass.Space;
            count += isAlone || (isWord && !inWord) ? 1 : 0;
            inWord = isWord && !isAlone;
        }

        return count >= fewest;
    }
}
