using System.Buffers;

namespace Puyu.Data.Text;

/// <summary>
/// Finds personal data in one text. E-mail addresses are found from their at signs, all else from digits, so that text
/// without either costs a search for them.
/// </summary>
/// <param name="text">The text.</param>
/// <param name="options">What to find.</param>
internal readonly ref struct PiiFinder(ReadOnlySpan<char> text, PiiOptions options)
{
    /// <summary>How far before a number a word such as ISBN may stand.</summary>
    private const int ContextLength = 12;

    private const int LongestAddress = 46;

    private static readonly SearchValues<char> _digits = SearchValues.Create("0123456789");

    /// <summary>Fewer than RFC 5322 allows: what is left out more often stands before an address than in it.</summary>
    private static readonly SearchValues<char> _local =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._%+-");

    private static readonly string[] _citations = ["isbn", "issn", "doi", "isbn-13", "isbn-10", "书号", "刊号"];
    private static readonly string[] _versions = ["version", "ver", "v", "版本", "版", "build", "release"];

    private readonly ReadOnlySpan<char> _text = text;

    /// <summary>Appends what is found, from the beginning to the end, without overlaps.</summary>
    public void Find(List<PiiMatch> matches)
    {
        if ((options.Kinds & PiiKinds.Email) != 0)
        {
            FindEmails(matches);
        }

        if ((options.Kinds & ~PiiKinds.Email) != 0)
        {
            FindNumbers(matches, matches.Count);
        }

        matches.Sort(static (a, b) => a.Start.CompareTo(b.Start));
    }

    private void FindEmails(List<PiiMatch> matches)
    {
        int from = 0;
        while (_text[from..].IndexOf('@') is >= 0 and int offset)
        {
            int at = from + offset;
            int start = LocalPartStart(from, at);
            int end = DomainEnd(at + 1);
            from = at + 1;
            if (start < at && end > at && !IsReserved(_text[(at + 1)..end]))
            {
                matches.Add(new PiiMatch(start, end - start, PiiKinds.Email));
                from = end;
            }
        }
    }

    /// <summary>Start of the part before the at sign, without marks before it; the at sign if there is none.</summary>
    private int LocalPartStart(int from, int at)
    {
        int start = at;
        while (start > from && at - start < 64 && _local.Contains(_text[start - 1]))
        {
            start--;
        }

        while (start < at && !char.IsAsciiLetterOrDigit(_text[start]))
        {
            start++;
        }

        ReadOnlySpan<char> local = _text[start..at];
        return local.IsEmpty || local[^1] == '.' || local.Contains("..", StringComparison.Ordinal) ? at : start;
    }

    /// <summary>End of a host name of at least two labels, the last of letters; −1 if there is none.</summary>
    private int DomainEnd(int start)
    {
        int end = -1;
        int at = start;
        while (true)
        {
            int label = at;
            while (at < _text.Length && (char.IsAsciiLetterOrDigit(_text[at]) || _text[at] == '-'))
            {
                at++;
            }

            ReadOnlySpan<char> name = _text[label..at];
            if (name.IsEmpty || name[0] == '-' || name[^1] == '-')
            {
                return end;
            }

            bool isTop = label > start && name.Length >= 2 && !name.ContainsAny(_digits) && !name.Contains('-');
            end = isTop ? at : end;
            if (at >= _text.Length || _text[at] != '.')
            {
                return end;
            }

            at++;
        }
    }

    /// <summary>Whether a host is one of those set aside for examples (RFC 2606), as replacements have.</summary>
    private static bool IsReserved(ReadOnlySpan<char> host)
    {
        foreach (string reserved in (ReadOnlySpan<string>)["example.com", "example.org", "example.net"])
        {
            if (host.EndsWith(reserved, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private void FindNumbers(List<PiiMatch> matches, int emails)
    {
        int email = 0;
        int at = 0;
        while (at < _text.Length && _text[at..].IndexOfAny(_digits) is >= 0 and int offset)
        {
            int digit = at + offset;
            while (email < emails && matches[email].Start + matches[email].Length <= digit)
            {
                email++;
            }

            if (email < emails && matches[email].Start <= digit)
            {
                at = matches[email].Start + matches[email].Length;
                continue;
            }

            PiiMatch match = At(at, digit, out at);
            if (match.Kind != PiiKinds.None)
            {
                matches.Add(match);
                at = match.Start + match.Length;
            }
        }
    }

    /// <summary>What the letters and digits around a digit are.</summary>
    /// <param name="from">Where what was found before ends.</param>
    /// <param name="digit">A digit.</param>
    /// <param name="end">End of the letters and digits, where to go on.</param>
    private PiiMatch At(int from, int digit, out int end)
    {
        int start = digit;
        while (start > from && char.IsAsciiLetterOrDigit(_text[start - 1]))
        {
            start--;
        }

        end = digit + 1;
        while (end < _text.Length && char.IsAsciiLetterOrDigit(_text[end]))
        {
            end++;
        }

        if (TryAddress(from, start, end, out PiiMatch match))
        {
            return match;
        }

        ReadOnlySpan<char> run = _text[start..end];
        if (run.Length == 18)
        {
            PiiKinds kind = PiiChecks.IsChineseId(run) ? PiiKinds.ChineseId
                : PiiChecks.IsCreditCode(run) ? PiiKinds.CreditCode
                : PiiKinds.None;
            if ((kind & options.Kinds) != 0 && !IsCited(start))
            {
                return new PiiMatch(start, 18, kind);
            }
        }

        return start == digit ? Number(start) : default;
    }

    private bool TryAddress(int from, int start, int end, out PiiMatch match)
    {
        bool isAfterColon = start > from && _text[start - 1] == ':';
        bool isBeforeColon = end < _text.Length && _text[end] == ':';
        if (isAfterColon || isBeforeColon)
        {
            return TryV6(from, start, out match);
        }

        match = default;
        return end < _text.Length && _text[end] == '.' && end - start <= 3 && TryV4(start, out match);
    }

    private bool TryV4(int start, out PiiMatch match)
    {
        match = default;
        if ((options.Kinds & PiiKinds.Ipv4) == 0
            || !IpAddresses.TryReadV4(_text[start..], out uint address, out int length))
        {
            return false;
        }

        int end = start + length;
        bool goesOn = end + 1 < _text.Length && _text[end] == '.' && char.IsAsciiDigit(_text[end + 1]);
        bool isInScope = options.Addresses == AddressScope.All || IpAddresses.IsPublic(address);
        match = new PiiMatch(start, length, PiiKinds.Ipv4);
        return isInScope && !goesOn && !IsWithin(start, end, ".-_") && !IsAfter(start, _versions);
    }

    private bool TryV6(int from, int inside, out PiiMatch match)
    {
        int start = inside;
        while (start > from && inside - start < LongestAddress && IsOfV6(_text[start - 1]))
        {
            start--;
        }

        int end = inside;
        while (end < _text.Length && end - start < LongestAddress && IsOfV6(_text[end]))
        {
            end++;
        }

        // A single colon before or after is punctuation of the sentence.
        ReadOnlySpan<char> run = _text[start..end];
        start += run is [':', not ':', ..] ? 1 : 0;
        end -= run is [.., not ':', ':'] ? 1 : 0;
        match = new PiiMatch(start, end - start, PiiKinds.Ipv6);
        return (options.Kinds & PiiKinds.Ipv6) != 0 && !IsWithin(start, end, ".")
            && IpAddresses.IsV6(_text[start..end], options.Addresses);
    }

    /// <summary>Whether a letter, digit or one of some marks precedes, or a letter or digit follows.</summary>
    private bool IsWithin(int start, int end, string marks)
    {
        char before = start > 0 ? _text[start - 1] : ' ';
        char after = end < _text.Length ? _text[end] : ' ';
        return char.IsAsciiLetterOrDigit(before) || marks.Contains(before, StringComparison.Ordinal)
            || char.IsAsciiLetterOrDigit(after) || after == '_';
    }

    private static bool IsOfV6(char c) => char.IsAsciiHexDigit(c) || c == ':';

    /// <summary>A mobile number, card or identity number that begins here, perhaps in groups.</summary>
    private PiiMatch Number(int start)
    {
        var groups = new DigitGroups(_text, start);
        if (!groups.BeginsANumber || IsCited(start))
        {
            return default;
        }

        if ((options.Kinds & PiiKinds.ChineseMobile) != 0 && groups.TryMobile(out int length))
        {
            int plus = start > 0 && _text[start - 1] == '+' ? 1 : 0;
            return new PiiMatch(start - plus, length + plus, PiiKinds.ChineseMobile);
        }

        if ((options.Kinds & PiiKinds.ChineseId) != 0 && groups.TryId(out length))
        {
            return new PiiMatch(start, length, PiiKinds.ChineseId);
        }

        return (options.Kinds & PiiKinds.BankCard) != 0 && groups.TryCard(out length)
            ? new PiiMatch(start, length, PiiKinds.BankCard)
            : default;
    }

    /// <summary>Whether a number belongs to a book, journal, article or web address.</summary>
    private bool IsCited(int start)
    {
        int token = start;
        while (token > 0 && start - token < 200 && _text[token - 1] is > ' ' and <= '~')
        {
            token--;
        }

        ReadOnlySpan<char> before = _text[token..start];
        bool isInDoi = before.IndexOf("10.", StringComparison.Ordinal) is >= 0 and int at && before[at..].Contains('/');
        return isInDoi || before.Contains("://", StringComparison.Ordinal) || IsAfter(start, _citations);
    }

    /// <summary>Whether one of some words stands before a place, with marks and spaces between.</summary>
    private bool IsAfter(int start, string[] words)
    {
        ReadOnlySpan<char> before = _text[Math.Max(0, start - ContextLength)..start].TrimEnd(" :：=-.#号").TrimEnd();
        foreach (string word in words)
        {
            if (before.EndsWith(word, StringComparison.OrdinalIgnoreCase)
                && !(before.Length > word.Length && char.IsAsciiLetter(before[^(word.Length + 1)])
                    && char.IsAsciiLetter(word[0])))
            {
                return true;
            }
        }

        return false;
    }
}
