namespace Puyu.Data.Code;

/// <summary>Writes a file of a repository as a section of one Markdown text.</summary>
internal static class CodeMarkdown
{
    /// <summary>The path as a heading, then prose as it is or anything else as a block of code.</summary>
    public static string Section(string path, string text)
    {
        string body = text.Replace("\r\n", "\n", StringComparison.Ordinal).Trim('\n', '\uFEFF');
        if (CodePath.IsProse(path))
        {
            return $"## {path}\n\n{body}\n";
        }

        var fence = new string('`', Math.Max(3, LongestRun(body) + 1));
        return $"## {path}\n\n{fence}{CodePath.FenceOf(path)}\n{body}\n{fence}\n";
    }

    /// <summary>Backquotes in a row: the fence has to be longer.</summary>
    private static int LongestRun(string text)
    {
        int longest = 0;
        int run = 0;
        foreach (char c in text)
        {
            run = c == '`' ? run + 1 : 0;
            longest = Math.Max(longest, run);
        }

        return longest;
    }
}
