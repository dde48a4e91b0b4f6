using System.Buffers;
using System.Text;

namespace Puyu.Data.Formats;

/// <summary>
/// Decodes pages of the web, which say in several places how they are encoded, and are not always right.
/// </summary>
/// <remarks>
/// Source: WHATWG, Encoding and HTML § 13.2.3, whose names of encodings these are, reduced to the common ones.
/// </remarks>
internal static class Charset
{
    private const int PrescanBytes = 4096;

    private static readonly SearchValues<char> _endsOfLabel = SearchValues.Create("\"'; />");

    /// <summary>Labels of the web whose name in .NET is another, or that mean a superset of what they say.</summary>
    private static readonly Dictionary<string, string> _aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["utf8"] = "utf-8",
        ["unicode-1-1-utf-8"] = "utf-8",
        ["ascii"] = "windows-1252",
        ["us-ascii"] = "windows-1252",
        ["iso-8859-1"] = "windows-1252",
        ["iso8859-1"] = "windows-1252",
        ["iso_8859-1"] = "windows-1252",
        ["latin1"] = "windows-1252",
        ["cp1252"] = "windows-1252",
        ["cp1251"] = "windows-1251",
        ["iso-8859-9"] = "windows-1254",
        ["iso-8859-11"] = "windows-874",
        ["tis-620"] = "windows-874",
        ["gb2312"] = "gb18030",
        ["gb_2312-80"] = "gb18030",
        ["gbk"] = "gb18030",
        ["x-gbk"] = "gb18030",
        ["big5-hkscs"] = "big5",
        ["x-sjis"] = "shift_jis",
        ["sjis"] = "shift_jis",
        ["shift-jis"] = "shift_jis",
        ["ms_kanji"] = "shift_jis",
        ["windows-31j"] = "shift_jis",
        ["ks_c_5601-1987"] = "ks_c_5601-1987",
        ["euc-kr"] = "ks_c_5601-1987",
    };

    /// <summary>
    /// Decodes a page by its byte order mark; else as declared outside or inside, if it can be; else as UTF-8, if it
    /// can be; else as declared, or as windows-1252, with U+FFFD for what cannot be.
    /// </summary>
    /// <param name="bytes">The page.</param>
    /// <param name="declared">What the header of the page says; null for nothing.</param>
    /// <param name="isHtml">Whether to look for a declaration inside.</param>
    /// <param name="name">What was decided.</param>
    public static string Decode(ReadOnlySpan<byte> bytes, string? declared, bool isHtml, out string name)
    {
        if (ByMark(bytes, out int mark) is { } marked)
        {
            name = marked.WebName;
            return marked.GetString(bytes[mark..]);
        }

        Encoding? encoding = ByLabel(declared) ?? (isHtml ? ByLabel(Prescan(bytes)) : null);
        foreach (Encoding? candidate in (ReadOnlySpan<Encoding?>)[encoding, Encoding.UTF8])
        {
            if (candidate is not null && TryDecode(candidate, bytes, out string text, out _))
            {
                name = candidate.WebName;
                return text;
            }
        }

        encoding ??= ByLabel("windows-1252")!;
        name = encoding.WebName;
        return encoding.GetString(bytes);
    }

    /// <summary>What a byte order mark says; null if there is none.</summary>
    /// <param name="bytes">The text.</param>
    /// <param name="mark">Bytes of the mark.</param>
    public static Encoding? ByMark(ReadOnlySpan<byte> bytes, out int mark)
    {
        Encoding? encoding = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => Encoding.UTF8,
            [0xFF, 0xFE, ..] => Encoding.Unicode,
            [0xFE, 0xFF, ..] => Encoding.BigEndianUnicode,
            _ => null,
        };
        mark = encoding?.Preamble.Length ?? 0;
        return encoding;
    }

    /// <summary>Decodes strictly.</summary>
    /// <param name="encoding">How.</param>
    /// <param name="bytes">What.</param>
    /// <param name="text">The text.</param>
    /// <param name="problem">Why it cannot be decoded; null if it was.</param>
    public static bool TryDecode(Encoding encoding, ReadOnlySpan<byte> bytes, out string text, out string? problem)
    {
        try
        {
            var strict = (Encoding)encoding.Clone();
            strict.DecoderFallback = DecoderFallback.ExceptionFallback;
            text = strict.GetString(bytes);
            problem = null;
            return true;
        }
        catch (DecoderFallbackException wrong)
        {
            text = string.Empty;
            problem = $"the text is not {encoding.WebName}: {wrong.Message}";
            return false;
        }
    }

    private static Encoding? ByLabel(string? label)
    {
        if (label is null)
        {
            return null;
        }

        string name = _aliases.GetValueOrDefault(label, label);
        return CodePagesEncodingProvider.Instance.GetEncoding(name)
            ?? (string.Equals(name, "utf-8", StringComparison.OrdinalIgnoreCase) ? Encoding.UTF8 : null);
    }

    /// <summary>The label in <c>meta</c> or the XML declaration.</summary>
    private static string? Prescan(ReadOnlySpan<byte> bytes)
    {
        string head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, PrescanBytes)]);
        if (head.StartsWith("<?xml", StringComparison.Ordinal))
        {
            int end = head.IndexOf("?>", StringComparison.Ordinal);
            if (end > 0 && Attribute(head.AsSpan(0, end), "encoding") is { } label)
            {
                return label;
            }
        }

        for (int at = 0; (at = head.IndexOf("<meta", at, StringComparison.OrdinalIgnoreCase)) >= 0; at++)
        {
            int end = head.IndexOf('>', at);
            if (Attribute(head.AsSpan(at..(end < 0 ? head.Length : end)), "charset") is { } label)
            {
                return label;
            }
        }

        return null;
    }

    /// <summary>What follows a name and an equals sign, with or without quotes.</summary>
    private static string? Attribute(ReadOnlySpan<char> tag, string name)
    {
        int at = tag.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        if (at < 0)
        {
            return null;
        }

        ReadOnlySpan<char> value = tag[(at + name.Length)..].TrimStart();
        if (value is not ['=', ..])
        {
            return null;
        }

        value = value[1..].TrimStart().TrimStart("\"'");
        int end = value.IndexOfAny(_endsOfLabel);
        value = end < 0 ? value : value[..end];
        return value.IsEmpty ? null : value.ToString();
    }
}
