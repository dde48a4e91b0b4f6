using System.Buffers;
using System.Text;

namespace Puyu.Data.Text;

/// <summary>The marks that end sentences, of all scripts.</summary>
/// <remarks>Source: the property Sentence_Terminal of Unicode 16, PropList.txt, with the ellipsis.</remarks>
internal static class TerminalMarks
{
    private const string OneUnit =
        "!.?\u0589\u061D\u061E\u061F\u06D4\u0700\u0701\u0702\u07F9\u0837\u0839\u083D\u083E\u0964\u0965\u104A\u104B"
        + "\u1362\u1367\u1368\u166E\u1735\u1736\u17D4\u17D5\u1803\u1809\u1944\u1945\u1AA8\u1AA9\u1AAA\u1AAB\u1B4E"
        + "\u1B4F\u1B5A\u1B5B\u1B5E\u1B5F\u1B7D\u1B7E\u1B7F\u1C3B\u1C3C\u1C7E\u1C7F\u2024\u2026\u203C\u203D\u2047"
        + "\u2048\u2049\u2CF9\u2CFA\u2CFB\u2E2E\u2E3C\u2E53\u2E54\u3002\uA4FF\uA60E\uA60F\uA6F3\uA6F7\uA876\uA877"
        + "\uA8CE\uA8CF\uA92F\uA9C8\uA9C9\uAA5D\uAA5E\uAA5F\uAAF0\uAAF1\uABEB\uFE12\uFE15\uFE16\uFE52\uFE56\uFE57"
        + "\uFF01\uFF0E\uFF1F\uFF61";

    /// <summary>First and last of each range, beyond the 65,536.</summary>
    private static readonly (int First, int Last)[] _ranges =
    [
        (0x10A56, 0x10A57), (0x10F55, 0x10F59), (0x10F86, 0x10F89), (0x11047, 0x11048), (0x110BE, 0x110C1),
        (0x11141, 0x11143), (0x111C5, 0x111C6), (0x111CD, 0x111CD), (0x111DE, 0x111DF), (0x11238, 0x11239),
        (0x1123B, 0x1123C), (0x112A9, 0x112A9), (0x113D4, 0x113D5), (0x1144B, 0x1144C), (0x115C2, 0x115C3),
        (0x115C9, 0x115D7), (0x11641, 0x11642), (0x1173C, 0x1173E), (0x11944, 0x11944), (0x11946, 0x11946),
        (0x11A42, 0x11A43), (0x11A9B, 0x11A9C), (0x11C41, 0x11C42), (0x11EF7, 0x11EF8), (0x11F43, 0x11F44),
        (0x16A6E, 0x16A6F), (0x16AF5, 0x16AF5), (0x16B37, 0x16B38), (0x16B44, 0x16B44), (0x16D6E, 0x16D6F),
        (0x16E98, 0x16E98), (0x1BC9F, 0x1BC9F), (0x1DA88, 0x1DA88),
    ];

    /// <summary>The marks of one UTF-16 unit.</summary>
    public static SearchValues<char> Marks { get; } = SearchValues.Create(OneUnit);

    /// <summary>What may close a quotation or bracket after the mark.</summary>
    public static SearchValues<char> Closers { get; } =
        SearchValues.Create("\"')]}\u2019\u201D\u00BB\u203A\u300B\u300D\u300F\u3011\uFF02\uFF07\uFF09\uFF3D");

    /// <summary>What ends a quotation, and so may end a line instead of the mark.</summary>
    private static SearchValues<char> Quotes { get; } =
        SearchValues.Create("\"'\u2019\u201D\u00BB\u203A\u300D\u300F\uFF02\uFF07");

    /// <summary>
    /// Whether a line ends as C4 published it: with a period, a question or exclamation mark or a straight quote.
    /// </summary>
    public static bool EndAsPublished(ReadOnlySpan<char> line) => line is [.., '.' or '?' or '!' or '"' or '\''];

    /// <summary>Whether a line ends with a terminal mark of any script or with a quotation mark.</summary>
    public static bool End(ReadOnlySpan<char> line)
    {
        if (line.IsEmpty)
        {
            return false;
        }

        char last = line[^1];
        if (Marks.Contains(last) || Quotes.Contains(last))
        {
            return true;
        }

        return char.IsLowSurrogate(last)
            && Rune.DecodeLastFromUtf16(line, out Rune rune, out _) == OperationStatus.Done
            && Array.Exists(_ranges, range => rune.Value >= range.First && rune.Value <= range.Last);
    }
}
