using System.Text;
using Puyu.Inference.Constraints;

namespace Puyu.Inference.Tests.Constraints;

public class Utf8RangesTests
{
    [Theory]
    [InlineData(0, 0x7F)]
    [InlineData(0x41, 0x41)]
    [InlineData(0x70, 0x812)]
    [InlineData(0x7FF, 0x800)]
    [InlineData(0x1234, 0xABCD)]
    [InlineData(0xE000, 0x10FFFF)]
    [InlineData(0xFFFE, 0x1F600)]
    [InlineData(0, 0xD7FF)]
    public void Split_MatchesTheBytesOfTheRange_AndNoOthers(int first, int last)
    {
        (byte First, byte Last)[][] sequences = [.. Utf8Ranges.Split(first, last)];
        int step = 1 + ((last - first) / 5000);

        for (int character = 0; character <= 0x10FFFF; character += step)
        {
            AssertMatches(character);
        }

        AssertMatches(first);
        AssertMatches(last);

        void AssertMatches(int character)
        {
            if (Rune.IsValid(character))
            {
                byte[] bytes = Encoding.UTF8.GetBytes(new Rune(character).ToString());
                int matching = sequences.Count(sequence => sequence.Length == bytes.Length
                    && sequence.Zip(bytes).All(pair => pair.First.First <= pair.Second && pair.Second <= pair.First.Last));
                bool isIn = first <= character && character <= last;
                Assert.True(matching == (isIn ? 1 : 0), $"U+{character:X4} matches {matching} times");
            }
        }
    }
}
