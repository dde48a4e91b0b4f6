using System.Text.RegularExpressions;

namespace Puyu.Data.Tests.Rules;

/// <summary>C4's rules on lines in both readings, as their definitions say, without regard to cost.</summary>
internal static class C4Reference
{
    private static readonly string[] _policies =
        ["terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"];

    public static (string Text, bool HasLorem, bool HasBracket) AsDatatrove(string text)
    {
        var kept = new List<string>();
        bool hasLorem = false;
        bool hasBracket = false;
        foreach (string whole in text.Split('\n'))
        {
            string line = whole.Trim();
            string[] words = [.. Regex.Split(line, @"\s+").Where(word => word.Length > 0)];
            bool hasLong = words.Any(word => word.Length > 1000);
            line = Regex.Replace(line, @"\[\d*]|\[edit]|\[citation needed]", "");
            string lower = line.ToLowerInvariant();
            if (hasLong || !Regex.IsMatch(line, "[.?!\"']\\z") || line.EndsWith("...", StringComparison.Ordinal)
                || words.Length < 3)
            {
                continue;
            }

            if (lower.Contains("lorem ipsum", StringComparison.Ordinal))
            {
                hasLorem = true;
            }
            else if (lower.Contains("javascript", StringComparison.Ordinal))
            {
                continue;
            }
            else if (line.Contains('{', StringComparison.Ordinal))
            {
                hasBracket = true;
            }
            else if (!_policies.Any(policy => lower.Contains(policy, StringComparison.Ordinal)))
            {
                kept.Add(line);
            }
        }

        return (string.Join('\n', kept).Trim(), hasLorem, hasBracket);
    }

    public static string AsDolma(string text) => string.Join('\n', text.Split('\n').Where(line =>
    {
        string trimmed = line.Trim();
        return Regex.IsMatch(trimmed, "[.?!\"]\\z") && Regex.Split(trimmed, @"\s+").Length >= 3;
    })).Trim();
}
