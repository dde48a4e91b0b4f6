using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data.Tests.Deduplication;

public class SuffixArrayTests
{
    [Fact]
    public void Build_AgreesWithSortingTheSuffixes()
    {
        var random = new CounterRandom(1);
        for (int n = 0; n < 400; n++)
        {
            byte[] text = new byte[random.NextInt32(80)];
            int alphabet = 1 + random.NextInt32(n % 3 == 0 ? 255 : 3);
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (byte)(255 - random.NextInt32(alphabet));
            }

            Verify(text);
        }

        Verify([]);
        Verify([.. Enumerable.Repeat((byte)7, 1000)]);
        Verify([.. Enumerable.Range(0, 1000).Select(i => (byte)(i % 10))]);
        Verify(Fibonacci(1000)); // recursive at every level
    }

    private static void Verify(byte[] text)
    {
        int[] actual = new int[text.Length];
        SuffixArray.Build(text, actual);

        int[] expected = [.. Enumerable.Range(0, text.Length)];
        Array.Sort(expected, (a, b) => text.AsSpan(a).SequenceCompareTo(text.AsSpan(b)));
        Assert.Equal(expected, actual);
    }

    private static byte[] Fibonacci(int length)
    {
        (byte[] a, byte[] b) = ([1], [1, 2]);
        while (b.Length < length)
        {
            (a, b) = (b, [.. b, .. a]);
        }

        return b;
    }
}
