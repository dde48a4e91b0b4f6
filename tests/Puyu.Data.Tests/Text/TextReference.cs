using System.Text.RegularExpressions;

namespace Puyu.Data.Tests.Text;

/// <summary>Words, lines and paragraphs as their definitions say, without regard to cost.</summary>
internal static partial class TextReference
{
    /// <summary>Words and marks, with ideographs one by one.</summary>
    public static List<string> Words(string text) => [.. WordOrMark().Matches(text).Select(match => match.Value)];

    public static bool IsMark(string word) =>
        !Regex.IsMatch(word[..1], @"[\p{L}\p{M}\p{Nd}\p{Nl}_\u3005\u3007\u200C\u200D]");

    public static List<string> SpacedWords(string text) =>
        [.. Regex.Split(text, @"[\s\u0085]+").Where(word => word.Length > 0)];

    public static List<string> NGrams(List<string> words, int n, string separator) =>
        [
            .. Enumerable.Range(0, Math.Max(0, words.Count - n + 1))
                .Select(i => string.Join(separator, words.GetRange(i, n))),
        ];

    [GeneratedRegex(
        @"[\u4E00-\u9FFF\u3400-\u4DBF\uF900-\uFAFF\u3005\u3007\u3041-\u30FA\u30FC-\u30FF]"
        + @"|(?:[\p{L}\p{M}\p{Nd}\p{Nl}_\u200C\u200D"
        + @"-[\u4E00-\u9FFF\u3400-\u4DBF\uF900-\uFAFF\u3005\u3007\u3041-\u30FF]]"
        + @"|(?<=[\p{L}-[\u4E00-\u9FFF\u3041-\u30FF]])['\u2019](?=[\p{L}-[\u4E00-\u9FFF\u3041-\u30FF]])"
        + @"|(?<=[\p{Nd}\p{Nl}_])[.,](?=[\p{Nd}\p{Nl}_]))+"
        + @"|([^\s])\1*",
        RegexOptions.Singleline)]
    private static partial Regex WordOrMark();
}
