using System.Text.RegularExpressions;
using Puyu.Data.Tests.Text;

namespace Puyu.Data.Tests.Rules;

/// <summary>The rules of Gopher and FineWeb on quality, as their definitions say, without regard to cost.</summary>
internal static class QualityReference
{
    private static readonly string[] _stopWords = ["the", "be", "to", "of", "and", "that", "have", "with"];

    public static float[] AsDatatrove(string text)
    {
        List<string> words = TextReference.Words(text);
        List<string> withoutMarks = [.. words.Where(word => !TextReference.IsMark(word))];
        string[] lines = SplitLines(text);
        bool hasLength = !IsIdeographic(text);
        return
        [
            withoutMarks.Count,
            hasLength ? Divide(withoutMarks.Sum(word => word.Length), withoutMarks.Count) : float.NaN,
            Divide(text.Count(c => c == '#'), words.Count),
            Divide(Regex.Count(text, @"\.\.\.") + text.Count(c => c == '\u2026'), words.Count),
            Divide(lines.Count(line => Regex.IsMatch(line, @"^\s*[\u2022-]")), lines.Length),
            Divide(lines.Count(line => Regex.IsMatch(line, @"(\.\.\.|\u2026)\s*$")), lines.Length),
            Divide(words.Count(word => word.Any(char.IsLetter)), words.Count),
            hasLength ? _stopWords.Count(words.Contains) : float.NaN,
        ];
    }

    public static float[] AsDolma(string text)
    {
        List<string> words = TextReference.SpacedWords(text);
        string[] lines = text.Split('\n');
        int[] lengths = [.. words.Select(word => word.Length).Order()];
        bool hasLength = !IsIdeographic(text);
        float median = lengths.Length == 0
            ? float.NaN
            : (lengths[(lengths.Length - 1) / 2] + lengths[lengths.Length / 2]) / 2f;
        return
        [
            words.Count,
            hasLength ? median : float.NaN,
            Divide(words.Count(word => word.Any(c => c is '#' or '\u2026')), words.Count),
            Divide(lines.Count(line => line.StartsWith('*') || line.StartsWith('-')), lines.Length),
            Divide(lines.Count(line => line.EndsWith('\u2026')), lines.Length),
            Divide(words.Count(word => word.Any(char.IsLetter)), words.Count),
            hasLength ? words.Count(_stopWords.Contains) : float.NaN,
        ];
    }

    public static float[] FineWeb(string text)
    {
        string[] lines = [.. text.Split('\n').Where(line => line.Trim().Length > 0)];
        var seen = new HashSet<string>(StringComparer.Ordinal);
        int repeated = lines.Where(line => !seen.Add(line)).Sum(line => line.Length);
        int breaks = text.Count(c => c == '\n');
        return
        [
            lines.Length == 0 ? 0 : Divide(lines.Count(line => line[^1] is '.' or '?' or '!' or '"' or '\''), lines.Length),
            Divide(lines.Count(line => line.Length <= 30), lines.Length),
            Divide(repeated, text.Length - breaks),
            Divide(breaks, TextReference.Words(text).Count),
        ];
    }

    private static bool IsIdeographic(string text)
    {
        int ideographic = Regex.Count(text, @"[\u4E00-\u9FFF\u3400-\u4DBF\u3041-\u30FF]");
        return 2 * ideographic > Regex.Count(text, @"\p{L}");
    }

    private static string[] SplitLines(string text) => text.EndsWith('\n') || text.Length == 0
        ? [.. text.Split('\n').SkipLast(1)]
        : text.Split('\n');

    private static float Divide(double part, double whole) => whole == 0 ? float.NaN : (float)(part / whole);
}
