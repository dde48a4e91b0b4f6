using System.Globalization;
using System.Text;
using Puyu.Abstractions;
using Puyu.Data.Text;

namespace Puyu.Data.Tests.Text;

/// <summary>A sentence with a value in it, which is personal data of a kind or only looks like it.</summary>
internal sealed record PiiSample(string Text, string Value, PiiKinds Kind);

/// <summary>Sentences with personal data of all kinds and with what looks like it, made up from a seed.</summary>
internal sealed class PiiSamples(ulong seed)
{
    private const string CodeAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";

    private static readonly string[] _frames =
    [
        "联系方式：{0}。", "请与{0}联系", "contact: {0}", "Please write to {0}, thanks.", "({0})", "“{0}”", "{0}",
        "编号{0}，已登记", "see {0}; and more", "数据\t{0}\n下一行", "value={0}&next=1", "[{0}]",
    ];

    private CounterRandom _random = new(seed);

    public IEnumerable<PiiSample> Take(int count)
    {
        (PiiKinds Kind, Func<string> Value)[] makers =
        [
            (PiiKinds.Email, Email), (PiiKinds.Ipv4, () => Address(isPublic: true)),
            (PiiKinds.Ipv6, () => Address6("24")), (PiiKinds.ChineseId, ChineseId), (PiiKinds.ChineseMobile, Mobile),
            (PiiKinds.BankCard, () => Card(isValid: true)), (PiiKinds.CreditCode, CreditCode),
            .. Lookalikes().Select(maker => (PiiKinds.None, maker)),
        ];
        for (int i = 0; i < count; i++)
        {
            // As many of each kind of data as of all that looks like it.
            int maker = i % 2 == 0 ? i / 2 % 7 : 7 + (i / 2 % (makers.Length - 7));
            (PiiKinds kind, Func<string> value) = makers[maker];
            string text = value();
            yield return new PiiSample(
                string.Format(CultureInfo.InvariantCulture, _frames[Next(_frames.Length)], text), text, kind);
        }
    }

    private Func<string>[] Lookalikes() =>
    [
        () => Address(isPublic: false), () => Address6("fe"), () => Broken(ChineseId()), () => "12" + Digits(9),
        () => Card(isValid: false), () => Broken(CreditCode()),
        () => $"ISBN 978-7-{Digits(3)}-{Digits(5)}-{Digits(1)}", () => $"ISBN: 9787{Digits(9)}",
        () => $"https://doi.org/10.1038/{Mobile()}",
        () => $"doi:10.{Digits(4)}/j.{Card(isValid: true).Replace(" ", "", StringComparison.Ordinal)}",
        () => $"2023-{1 + Next(9):D2}-{10 + Next(18)} {10 + Next(13)}:{10 + Next(49)}:{10 + Next(49)}",
        () => $"version {1 + Next(9)}.{Next(20)}.{Next(20)}.{Next(20)}", () => $"3.{Digits(16)}",
        () => $"{Hex(8)}-{Hex(4)}-{Hex(4)}-{Hex(4)}-{Hex(12)}", () => "No. 1" + Digits(8),
        () => $"@user{Digits(4)} and std::vector<int>::size",
        () => $"{Hex(2)}:{Hex(2)}:{Hex(2)}:{Hex(2)}:{Hex(2)}:{Hex(2)}",
    ];

    private int Next(int bound) => _random.NextInt32(bound);

    private string Digits(int count) => Of("0123456789", count);

    private string Hex(int count) => Of("0123456789abcdef", count);

    private string Of(string alphabet, int count) =>
        string.Concat(Enumerable.Range(0, count).Select(_ => alphabet[Next(alphabet.Length)]));

    private string Email()
    {
        string local = Of("abcdefghijklmnopqrstuvwxyz", 1 + Next(8));
        local += Next(3) switch { 0 => "." + Of("abcdefgh", 3), 1 => "+" + Digits(2), _ => "_" + Digits(3) };
        string host = Of("abcdefghijklmnop0123", 3 + Next(6));
        return $"{local}@{host}.{new[] { "com", "cn", "com.cn", "edu", "co.uk", "info" }[Next(6)]}";
    }

    private string Address(bool isPublic)
    {
        int[] firsts = isPublic ? [8, 39, 61, 114, 202, 223] : [10, 127, 224, 0, 255];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{firsts[Next(firsts.Length)]}.{Next(256)}.{Next(256)}.{Next(256)}");
    }

    private string Address6(string first) => Next(2) == 0
        ? $"{first}08:{Hex(4)}:{Hex(4)}:{Hex(4)}:{Hex(4)}:{Hex(4)}:{Hex(4)}:{Hex(4)}"
        : $"{first}0e:{Hex(4)}::{1 + Next(9)}{Hex(3)}";

    private string ChineseId()
    {
        string text = new[] { "11", "31", "44", "51", "65" }[Next(5)] + $"{Next(100):D2}{Next(100):D2}"
            + $"{1930 + Next(90)}{1 + Next(12):D2}{1 + Next(28):D2}" + Digits(3);
        int sum = text.Select((c, i) => (c - '0') * (1 << (17 - i)) % 11).Sum();
        return text + "10X98765432"[sum % 11];
    }

    private string Mobile()
    {
        string number = "1" + Of("3456789", 1) + Digits(9);
        return Next(5) switch
        {
            0 => "+86 " + number,
            1 => $"{number[..3]}-{number[3..7]}-{number[7..]}",
            2 => $"+86-{number[..3]} {number[3..7]} {number[7..]}",
            _ => number,
        };
    }

    private string Card(bool isValid)
    {
        string digits = new[] { "6222", "6217", "4367", "5187", "3568" }[Next(5)] + Digits(11);
        int sum = digits.Reverse().Select((c, i) => (c - '0') * (i % 2 == 0 ? 2 : 1)).Sum(v => v > 9 ? v - 9 : v);
        int check = (10 - (sum % 10)) % 10;
        digits += isValid ? check : (check + 1 + Next(9)) % 10;
        return Next(2) == 0 ? digits : $"{digits[..4]} {digits[4..8]} {digits[8..12]} {digits[12..]}";
    }

    private string CreditCode()
    {
        string text = new[] { "91", "92", "52", "12" }[Next(4)] + new[] { "1101", "3101", "4403" }[Next(3)] + Digits(2)
            + Of("ABCDEFGHJKLMNPQRTUWXY", 2) + Digits(7);
        int sum = 0;
        for (int i = 0, weight = 1; i < 17; i++, weight = weight * 3 % 31)
        {
            sum += CodeAlphabet.IndexOf(text[i], StringComparison.Ordinal) * weight;
        }

        return text + CodeAlphabet[(31 - (sum % 31)) % 31];
    }

    /// <summary>The same with another last character, so that the check fails.</summary>
    private static string Broken(string text)
    {
        var broken = new StringBuilder(text);
        broken[^1] = broken[^1] == '3' ? '4' : '3';
        return broken.ToString();
    }
}
