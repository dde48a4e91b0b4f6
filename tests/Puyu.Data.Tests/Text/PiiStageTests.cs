using Puyu.Abstractions;
using Puyu.Data.Pipeline;
using Puyu.Data.Tests.Rules;
using Puyu.Data.Text;

namespace Puyu.Data.Tests.Text;

public class PiiStageTests
{
    private static readonly PiiStage _stage = new(new PiiOptions().Validated());

    [Fact]
    public void Find_HasRecallAndPrecisionOf98PerCent_OnFiveThousandSentences()
    {
        int expected = 0;
        int found = 0;
        int right = 0;
        var wrong = new List<string>();
        foreach (PiiSample sample in new PiiSamples(seed: 11).Take(5000))
        {
            List<PiiMatch> matches = Find(sample.Text);
            expected += sample.Kind == PiiKinds.None ? 0 : 1;
            found += matches.Count;
            int rightHere = matches.Count(match =>
                match.Kind == sample.Kind && sample.Text.Substring(match.Start, match.Length) == sample.Value);
            right += rightHere;
            if (rightHere != matches.Count || matches.Count != (sample.Kind == PiiKinds.None ? 0 : 1))
            {
                wrong.Add($"{sample.Kind} {sample.Text}");
            }
        }

        Assert.Equal(2500, expected);
        Assert.True(right >= 0.98 * expected, $"recall {right}/{expected}: {string.Join('\n', wrong)}");
        Assert.True(right >= 0.98 * found, $"precision {right}/{found}: {string.Join('\n', wrong)}");
    }

    [Theory]
    [InlineData("11010519491231002X", PiiKinds.ChineseId)] // the example of GB 11643
    [InlineData("110105194912310021", PiiKinds.None)]
    [InlineData("110105 19491231 002x", PiiKinds.ChineseId)]
    [InlineData("110105194913310020", PiiKinds.None)]
    [InlineData("91350100M000100Y43", PiiKinds.CreditCode)] // an example of GB 32100
    [InlineData("91350100M000100Y44", PiiKinds.None)]
    [InlineData("4111 1111 1111 1111", PiiKinds.BankCard)]
    [InlineData("378282246310005", PiiKinds.BankCard)]
    [InlineData("4111 1111 1111 1112", PiiKinds.None)]
    [InlineData("2023 4111-1111-1111-1111", PiiKinds.BankCard)]
    [InlineData("13800138000", PiiKinds.ChineseMobile)]
    [InlineData("8613800138000", PiiKinds.ChineseMobile)]
    [InlineData("0086 138 0013 8000", PiiKinds.ChineseMobile)]
    [InlineData("12800138000", PiiKinds.None)]
    [InlineData("138001380001", PiiKinds.None)]
    [InlineData("0.13800138000", PiiKinds.None)]
    [InlineData("http://a.cn/13800138000.html", PiiKinds.None)]
    [InlineData("8.8.8.8", PiiKinds.Ipv4)]
    [InlineData("8.8.8.256", PiiKinds.None)]
    [InlineData("1.8.8.8.8", PiiKinds.None)]
    [InlineData("08.8.8.8", PiiKinds.None)]
    [InlineData("192.168.0.1", PiiKinds.None)]
    [InlineData("v8.8.8.8", PiiKinds.None)]
    [InlineData("版本 8.8.8.8", PiiKinds.None)]
    [InlineData("2400:3200::1", PiiKinds.Ipv6)]
    [InlineData("fe80::1", PiiKinds.None)]
    [InlineData("2001:db8::1", PiiKinds.None)]
    [InlineData("12:30:45", PiiKinds.None)]
    [InlineData("张三zhang.san@mail.edu.cn。", PiiKinds.Email)]
    [InlineData("a@b", PiiKinds.None)]
    [InlineData("user@example.com", PiiKinds.None)]
    [InlineData("see @someone.else", PiiKinds.None)]
    [InlineData("ISBN 9787302423287", PiiKinds.None)]
    [InlineData("ISBN: 4111111111111111", PiiKinds.None)]
    [InlineData("10.1000/13800138000", PiiKinds.None)]
    public void Find_Tells(string text, PiiKinds expected)
    {
        Assert.Equal(expected, Find(text).Select(match => match.Kind).SingleOrDefault());
    }

    [Fact]
    public void Apply_ReplacesOneValueByOne_InAllItsForms()
    {
        const string Text = "Tel 13800138000, 138-0013-8000 or +86 138 0013 8000; A.B@Mail.com, a.b@mail.com; 8.8.8.8";

        Dictionary<string, float> values = _stage.Measure(Text, out StageResult result);
        string[] words = result.Document.Text.Split([' ', ',', ';'], StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(words[1], words[2]);
        Assert.Equal(words[1], words[4]);
        Assert.Matches(@"^\[cn-mobile-[0-9a-f]{4}\]$", words[1]);
        Assert.Equal(words[5], words[6]);
        Assert.EndsWith("@example.com", words[5], StringComparison.Ordinal);
        Assert.Equal((3, 2, 1), (values["cn-mobile"], values["email"], values["ipv4"]));
    }

    [Fact]
    public void Apply_LogsSpansWithTheLengthThatWasThere()
    {
        _stage.Measure("致电13800138000或邮件x@y.cn。", out StageResult result);

        Document document = result.Document;
        Assert.Equal(["pii:cn-mobile:11", "pii:email:6"], document.Spans.Select(span => span.Label));
        Assert.All(document.Spans, span => Assert.Matches(
            @"^(\[cn-mobile-....\]|user....@example\.com)$", document.Text.Substring(span.Start, span.Length)));
    }

    [Fact]
    public void Apply_FindsNothingInWhatItMade()
    {
        foreach (PiiSample sample in new PiiSamples(seed: 12).Take(700))
        {
            Document once = _stage.Apply(new Document("id", sample.Text), new float[7]).Document;

            Assert.Same(once, _stage.Apply(once, new float[7]).Document);
        }
    }

    [Fact]
    public void Apply_ReplacesOtherwise_WithAnotherSalt()
    {
        var salted = new PiiStage(new PiiOptions { Salt = 1 });

        _stage.Measure("8613800138000", out StageResult plain);
        salted.Measure("8613800138000", out StageResult other);

        Assert.NotEqual(plain.Document.Text, other.Document.Text);
    }

    [Fact]
    public void Apply_FindsOnlyTheKindsAskedFor_AndPrivateAddressesIfTold()
    {
        var stage = new PiiStage(new PiiOptions { Kinds = PiiKinds.Ipv4, Addresses = AddressScope.All }.Validated());

        Dictionary<string, float> values =
            stage.Measure("x@y.cn 13800138000 192.168.0.1 fe80::1", out StageResult result);

        Assert.Equal((0, 1), (values["email"], values["ipv4"]));
        Assert.StartsWith("x@y.cn 13800138000 ", result.Document.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Validated_RefusesNoKinds()
    {
        var exception = Assert.Throws<OptionsException>(() => new PiiOptions { Kinds = PiiKinds.None }.Validated());

        Assert.Contains("Kinds is None", exception.Message, StringComparison.Ordinal);
    }

    private static List<PiiMatch> Find(string text)
    {
        var matches = new List<PiiMatch>();
        new PiiFinder(text, new PiiOptions()).Find(matches);
        return matches;
    }
}
