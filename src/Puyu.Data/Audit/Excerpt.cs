using System.Text;

namespace Puyu.Data.Audit;

/// <summary>How a document begins, for people.</summary>
internal static class Excerpt
{
    private const int MaxUnits = 300;

    /// <summary>The beginning of a text on one line: white space and control characters become single spaces.</summary>
    public static string Of(string text)
    {
        var excerpt = new StringBuilder(MaxUnits + 1);
        bool isBetween = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune) || Rune.IsControl(rune))
            {
                isBetween = excerpt.Length > 0;
                continue;
            }

            if (excerpt.Length + 1 + rune.Utf16SequenceLength > MaxUnits)
            {
                return excerpt.Append('…').ToString();
            }

            excerpt.Append(isBetween ? " " : "").Append(rune);
            isBetween = false;
        }

        return excerpt.ToString();
    }
}
