using Puyu.Data.Audit;

namespace Puyu.Data.Tests.Audit;

public class TextFingerprintTests
{
    [Theory]
    [InlineData("Hello, wide World 12!", "hello  wide\nworld12")]
    [InlineData("ÄRGER、一二三。", "ärger一二三")]
    [InlineData("🦙 x", "🦙x")]
    [InlineData("", " .,\n")]
    public void Of_CountsLettersAndDigitsOnly(string text, string same) =>
        Assert.Equal(TextFingerprint.Of(text), TextFingerprint.Of(same));

    [Fact]
    public void Of_DiffersForDifferentTexts_OfAnyLength()
    {
        string[] texts =
        [
            .. Enumerable.Range(0, 3000).Select(length => new string('a', length)),
            .. Enumerable.Range(0, 3000).Select(place => new string('a', place) + "b" + new string('a', 2999 - place)),
        ];

        Assert.Equal(texts.Length, texts.Select(text => TextFingerprint.Of(text)).Distinct().Count());
        Assert.All(texts, text => Assert.InRange(TextFingerprint.Of(text), 0, long.MaxValue));
    }
}
