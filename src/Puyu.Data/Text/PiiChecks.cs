using System.Globalization;

namespace Puyu.Data.Text;

/// <summary>Check characters and prefixes of the numbers that identify people, cards and companies.</summary>
internal static class PiiChecks
{
    private const string CodeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    /// <summary>
    /// Whether 18 characters are a Chinese identity number: province, date of birth, and a check character that makes
    /// Σ 2^(17−i)·dᵢ ≡ 1 modulo 11, in which X is 10.
    /// </summary>
    /// <remarks>Source: GB 11643-1999, with the check of ISO 7064 MOD 11-2.</remarks>
    public static bool IsChineseId(ReadOnlySpan<char> text)
    {
        if (text.Length != 18 || text[..17].ContainsAnyExceptInRange('0', '9')
            || !(char.IsAsciiDigit(text[17]) || text[17] is 'X' or 'x'))
        {
            return false;
        }

        int sum = 0;
        foreach (char c in text)
        {
            sum = ((2 * sum) + (char.IsAsciiDigit(c) ? c - '0' : 10)) % 11;
        }

        return sum == 1 && IsProvince(text[..2]) && IsBirthday(text.Slice(6, 8));
    }

    /// <summary>
    /// Whether 18 characters are a unified social credit code: managing body, kind, six digits of a region, and a
    /// check character c₁₇ that makes c₁₇ + Σ 3^i·cᵢ ≡ 0 modulo 31.
    /// </summary>
    /// <remarks>Source: GB 32100-2015.</remarks>
    public static bool IsCreditCode(ReadOnlySpan<char> text)
    {
        if (text.Length != 18 || !"123456789ANY".Contains(text[0], StringComparison.Ordinal)
            || text.Slice(2, 6).ContainsAnyExceptInRange('0', '9')
            || !(IsProvince(text.Slice(2, 2)) || text.Slice(2, 2) is "10")) // registered with the state
        {
            return false;
        }

        int sum = 0;
        int weight = 1;
        for (int i = 0; i < text.Length; i++)
        {
            int value = CodeAlphabet.IndexOf(text[i], StringComparison.Ordinal);
            if (value < 0)
            {
                return false;
            }

            sum += value * (i == 17 ? 1 : weight);
            weight = weight * 3 % 31;
        }

        return sum % 31 == 0;
    }

    /// <summary>Whether digits are a Chinese mobile number, without country code.</summary>
    public static bool IsChineseMobile(ReadOnlySpan<char> digits) =>
        digits is ['1', >= '3' and <= '9', ..] and { Length: 11 };

    /// <summary>
    /// Whether digits are the number of a bank card: the prefix and length of a known issuer, and doubling every second
    /// digit from the right the sum of all digits is a multiple of 10.
    /// </summary>
    /// <remarks>Source: ISO/IEC 7812-1, annex B (Luhn).</remarks>
    public static bool IsBankCard(ReadOnlySpan<char> digits)
    {
        if (!HasIssuer(digits))
        {
            return false;
        }

        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)] - '0';
            int doubled = 2 * digit;
            sum += i % 2 == 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
        }

        return sum % 10 == 0 && digits.ContainsAnyExcept(digits[0]);
    }

    /// <summary>UnionPay, Visa, Mastercard, American Express, JCB, Discover and older Chinese cards.</summary>
    private static bool HasIssuer(ReadOnlySpan<char> digits)
    {
        if (digits.Length is < 15 or > 19)
        {
            return false;
        }

        int four = int.Parse(digits[..4], NumberStyles.None, CultureInfo.InvariantCulture);
        int two = four / 100;
        return digits.Length switch
        {
            15 => two is 34 or 37,
            16 => two is 62 or (>= 40 and <= 49) or (>= 51 and <= 55) or 65
                || four is (>= 2221 and <= 2720) or (>= 3528 and <= 3589) or 6011,
            19 => two == 62 || four == 9558,
            _ => two == 62,
        };
    }

    /// <summary>The first two digits of the codes of Chinese provinces (GB/T 2260).</summary>
    private static bool IsProvince(ReadOnlySpan<char> code)
    {
        int province = ((code[0] - '0') * 10) + code[1] - '0';
        return province is (>= 11 and <= 15) or (>= 21 and <= 23) or (>= 31 and <= 37) or (>= 41 and <= 46)
            or (>= 50 and <= 54) or (>= 61 and <= 65) or 71 or (>= 81 and <= 83);
    }

    private static bool IsBirthday(ReadOnlySpan<char> date) =>
        DateOnly.TryParseExact(date, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day)
        && day.Year is >= 1900 and < 2100;
}
