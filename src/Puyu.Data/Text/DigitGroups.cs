namespace Puyu.Data.Text;

/// <summary>Digits in groups that single spaces or hyphens divide, from one place of a text.</summary>
internal ref struct DigitGroups
{
    private const int MostDigits = 24;
    private const int MostGroups = 8;

    private readonly ReadOnlySpan<char> _text;
    private readonly int _start;
    private readonly DigitBuffer _digits;
    private readonly GroupBuffer _ends;
    private readonly GroupBuffer _sizes;
    private readonly int _groups;

    /// <summary>Reads the groups.</summary>
    /// <param name="text">The text.</param>
    /// <param name="start">Of a digit.</param>
    public DigitGroups(ReadOnlySpan<char> text, int start)
    {
        _text = text;
        _start = start;
        int count = 0;
        int at = start;
        while (_groups < MostGroups)
        {
            int first = at;
            while (at < text.Length && char.IsAsciiDigit(text[at]) && count < MostDigits)
            {
                _digits[count++] = text[at++];
            }

            _sizes[_groups] = at - first;
            _ends[_groups++] = at;
            bool goesOn = at + 1 < text.Length && text[at] is ' ' or '-' && char.IsAsciiDigit(text[at + 1]);
            if (!goesOn || count == MostDigits)
            {
                break;
            }

            at++;
        }
    }

    /// <summary>Whether no letter, digit, decimal point or further group precedes.</summary>
    public readonly bool BeginsANumber
    {
        get
        {
            if (_start == 0)
            {
                return true;
            }

            char before = _text[_start - 1];
            bool isInside = before is '.' or '-' or '/' or ',' && _start > 1 && char.IsAsciiDigit(_text[_start - 2]);
            return !char.IsAsciiLetterOrDigit(before) && before != '_' && !isInside;
        }
    }

    /// <summary>A Chinese mobile number in one group or in 3, 4 and 4 digits, perhaps behind 86 or 0086.</summary>
    public readonly bool TryMobile(out int length)
    {
        int codeApart = _groups > 1 ? CountryCode(_sizes[0]) : 0;
        int codeWithin = codeApart == 0 ? CountryCode(_sizes[0] - 11) : 0;
        int first = codeApart > 0 ? 1 : 0;
        int last = LastOfMobile(first, 11 + codeWithin);
        length = last < 0 ? 0 : _ends[last] - _start;
        return last >= 0 && EndsAt(last) && PiiChecks.IsChineseMobile(Digits(codeApart + codeWithin, 11));
    }

    /// <summary>The last group of a mobile number whose first is given; −1 if the groups do not fit.</summary>
    private readonly int LastOfMobile(int first, int whole) =>
        _sizes[first] == whole ? first
        : _groups > first + 2 && _sizes[first] == 3 && _sizes[first + 1] == 4 && _sizes[first + 2] == 4 ? first + 2
        : -1;

    /// <summary>A Chinese identity number in groups of 6, 8 and 4.</summary>
    public readonly bool TryId(out int length)
    {
        length = 0;
        if (_groups < 3 || _sizes[0] != 6 || _sizes[1] != 8)
        {
            return false;
        }

        bool hasX = _sizes[2] == 3 && _ends[2] < _text.Length && _text[_ends[2]] is 'X' or 'x';
        if (_sizes[2] != 4 && !hasX)
        {
            return false;
        }

        Span<char> id = stackalloc char[18];
        Digits(0, hasX ? 17 : 18).CopyTo(id);
        id[17] = hasX ? 'X' : id[17];
        length = _ends[2] + (hasX ? 1 : 0) - _start;
        return (hasX || EndsAt(2)) && PiiChecks.IsChineseId(id);
    }

    /// <summary>The longest bank card's number in one group, in fours, or in 4, 6 and 5 digits.</summary>
    public readonly bool TryCard(out int length)
    {
        length = 0;
        int count = 0;
        for (int last = 0; last < _groups; last++)
        {
            count += _sizes[last];
            bool isInGroups = last == 0 || (_sizes[0] == 4 && (_sizes[last - 1] == 4 || count == 15));
            if (!isInGroups)
            {
                break;
            }

            if (EndsAt(last) && PiiChecks.IsBankCard(Digits(0, count)))
            {
                length = _ends[last] - _start;
            }
        }

        return length > 0;
    }

    /// <summary>Whether neither letters nor decimals follow a group.</summary>
    private readonly bool EndsAt(int group)
    {
        int end = _ends[group];
        bool isInside = end + 1 < _text.Length && _text[end] is '.' or ',' && char.IsAsciiDigit(_text[end + 1]);
        return !isInside && !(end < _text.Length && (char.IsAsciiLetterOrDigit(_text[end]) || _text[end] == '_'));
    }

    /// <summary>Digits of the country code, if there are so many and they are one; else 0.</summary>
    private readonly int CountryCode(int digits)
    {
        bool isCode = digits switch { 2 => Digits(0, 2) is "86", 4 => Digits(0, 4) is "0086", _ => false };
        return isCode ? digits : 0;
    }

    [System.Diagnostics.CodeAnalysis.UnscopedRef]
    private readonly ReadOnlySpan<char> Digits(int first, int count) =>
        ((ReadOnlySpan<char>)_digits).Slice(first, count);

    [System.Runtime.CompilerServices.InlineArray(MostDigits)]
    private struct DigitBuffer
    {
        private char _first;
    }

    [System.Runtime.CompilerServices.InlineArray(MostGroups)]
    private struct GroupBuffer
    {
        private int _first;
    }
}
