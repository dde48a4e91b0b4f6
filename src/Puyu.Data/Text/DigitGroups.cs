namespace Puyu.Data.Text;

/// <summary>Digits in groups that single spaces or hyphens divide, from one place of a text.</summary>
internal ref struct DigitGroups
{
    private const int MostDigits = 24;
    private const int MostGroups = 8;

    private readonly ReadOnlySpan<char> _text;
    private readonly int _start;
    private DigitBuffer _digits;
    private GroupBuffer _ends;
    private GroupBuffer _sizes;
    private int _groups;

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
        int first = _sizes[0] is 2 or 4 && _groups > 1 && IsCountryCode(_sizes[0]) ? 1 : 0;
        int prefix = first == 1 ? _sizes[0] : 0;
        if (first == 0 && _sizes[0] is 13 or 15 && IsCountryCode(_sizes[0] - 11))
        {
            prefix = _sizes[0] - 11; // written together
        }

        bool isWhole = _sizes[first] == 11 + (first == 0 ? prefix : 0);
        bool isInThree = _groups > first + 2 && _sizes[first] == 3 && _sizes[first + 1] == 4 && _sizes[first + 2] == 4;
        int last = isWhole ? first : first + 2;
        length = isWhole || isInThree ? _ends[last] - _start : 0;
        return length > 0 && EndsAt(last) && PiiChecks.IsChineseMobile(Digits(prefix, 11));
    }

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

    private readonly bool IsCountryCode(int digits) =>
        digits == 2 ? Digits(0, 2) is "86" : digits == 4 && Digits(0, 4) is "0086";

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
