using Puyu.Abstractions;
using Puyu.Data.Audit;

namespace Puyu.Data.Tests.Audit;

public class SampleTests
{
    [Fact]
    public void LeastKeys_KeepsTheLeastOfEachGroup_WhateverTheOrder()
    {
        var random = new CounterRandom(seed: 5);
        (int Group, UInt128 Key)[] documents =
            [.. Enumerable.Range(0, 500).Select(i => (i % 3, (UInt128)random.NextInt32(int.MaxValue)))];
        var forward = new LeastKeys<int, UInt128>(4);
        var backward = new LeastKeys<int, UInt128>(4);
        int admitted = 0;
        foreach ((int group, UInt128 key) in documents)
        {
            admitted += forward.Offer(group, key, key) ? 1 : 0;
        }

        foreach ((int group, UInt128 key) in documents.Reverse())
        {
            backward.Offer(group, key, key);
        }

        Assert.InRange(admitted, 12, 100);
        Assert.All(forward.Groups, kept => Assert.Equal(
            documents.Where(document => document.Group == kept.Group).Select(document => document.Key).Order().Take(4),
            kept.Items));
        Assert.Equal(
            forward.Groups.OrderBy(kept => kept.Group).SelectMany(kept => kept.Items),
            backward.Groups.OrderBy(kept => kept.Group).SelectMany(kept => kept.Items));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData(" \n\t ", "")]
    [InlineData("  one\r\n\n two\u0000three ", "one two three")]
    public void Excerpt_IsOneLine(string text, string expected) => Assert.Equal(expected, Excerpt.Of(text));

    [Fact]
    public void Excerpt_IsUnicode_WhateverTheText() => Assert.Equal("one\ufffdtwo", Excerpt.Of("one\ud800two"));

    [Fact]
    public void Excerpt_IsShort_AndEndsBetweenCharacters()
    {
        string excerpt = Excerpt.Of("x" + string.Concat(Enumerable.Repeat("🦙", 400)));

        Assert.InRange(excerpt.Length, 290, 300);
        Assert.EndsWith("🦙…", excerpt, StringComparison.Ordinal);
    }
}
