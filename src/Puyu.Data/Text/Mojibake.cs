using System.Buffers;

namespace Puyu.Data.Text;

/// <summary>Markers of text that was decoded in the wrong encoding.</summary>
internal static class Mojibake
{
    /// <summary>
    /// Replacement characters, uninitialized memory and UTF-8 punctuation, each read as GBK; and UTF-8 punctuation read
    /// as Windows-1252.
    /// </summary>
    private static readonly string[] _markers =
    [
        "锟斤拷", "锘锘", "烫烫烫", "屯屯屯", "銆傦", "锛屼", "鈥淐", "鈥渢", "鈥檚", "涓€涓", "鐨勪",
        "â€™", "â€œ", "â€\u009D", "â€“", "â€”", "â€¦", "ï»¿", "ï¿½", "ã€‚", "ï¼Œ",
    ];

    private static readonly SearchValues<char> _firstOfMarkers =
        SearchValues.Create([.. _markers.Select(marker => marker[0])]);

    /// <summary>First bytes of two in UTF-8, read as Latin-1.</summary>
    private static readonly SearchValues<char> _leads = SearchValues.Create("ÃÂÐÑ");

    /// <summary>How many markers a text has.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        int count = 0;
        for (ReadOnlySpan<char> rest = text; rest.IndexOfAny(_firstOfMarkers) is >= 0 and int at;)
        {
            bool isMarker = BeginsWithMarker(rest[at..]);
            count += isMarker ? 1 : 0;
            rest = rest[(at + (isMarker ? 2 : 1))..];
        }

        // A second byte, read as Latin-1, is a control or a sign that rarely follows such a letter.
        for (ReadOnlySpan<char> rest = text; rest.IndexOfAny(_leads) is >= 0 and int at; rest = rest[(at + 1)..])
        {
            count += at + 1 < rest.Length && rest[at + 1] is >= '\u0080' and <= '\u00BF' ? 1 : 0;
        }

        return count;
    }

    private static bool BeginsWithMarker(ReadOnlySpan<char> text)
    {
        foreach (string marker in _markers)
        {
            if (text.StartsWith(marker, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }
}
