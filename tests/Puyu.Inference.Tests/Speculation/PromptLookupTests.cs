using Puyu.Inference.Speculation;

namespace Puyu.Inference.Tests.Speculation;

public class PromptLookupTests
{
    [Theory]
    [InlineData(new[] { 1, 2, 3, 4, 9, 1, 2 }, new[] { 3, 4, 9 })]
    [InlineData(new[] { 1, 2, 3, 7, 1, 2, 4, 8, 1, 2 }, new[] { 4, 8, 1 })]
    [InlineData(new[] { 7, 1, 2, 5, 9, 1, 2, 6, 7, 1, 2 }, new[] { 5, 9, 1 })]
    [InlineData(new[] { 4, 4, 4 }, new[] { 4 })]
    [InlineData(new[] { 1, 2, 3, 1 }, new int[0])]
    [InlineData(new[] { 1 }, new int[0])]
    [InlineData(new int[0], new int[0])]
    public void Propose_CopiesWhatFollowedTheLongestLatestMatch(int[] tokens, int[] expected)
    {
        int[] draft = new int[3];

        int count = PromptLookup.Propose(tokens, draft);

        Assert.Equal(expected, draft.Take(count));
    }
}
