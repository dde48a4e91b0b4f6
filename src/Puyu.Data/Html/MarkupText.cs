using System.Text;

namespace Puyu.Data.Html;

/// <summary>The text of markup that is not worth parsing.</summary>
internal static class MarkupText
{
    /// <summary>The text between the tags, a line a tag. References to characters are resolved.</summary>
    public static string Of(string html)
    {
        var text = new StringBuilder();
        int at = 0;
        while (at < html.Length)
        {
            int tag = html.IndexOf('<', at);
            tag = tag < 0 ? html.Length : tag;
            ReadOnlySpan<char> run = html.AsSpan(at, tag - at).Trim();
            if (run.Length > 0)
            {
                text.Append(System.Net.WebUtility.HtmlDecode(run.ToString())).Append('\n');
            }

            at = tag < html.Length ? MarkupName.EndOfTag(html, tag + 1) : tag;
        }

        return text.ToString().TrimEnd();
    }
}
