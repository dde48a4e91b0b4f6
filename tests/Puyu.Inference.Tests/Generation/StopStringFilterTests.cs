using Puyu.Abstractions;
using Puyu.Inference.Generation;

namespace Puyu.Inference.Tests.Generation;

public class StopStringFilterTests
{
    [Fact]
    public void Append_HoldsBackWhatMayBecomeAStopString()
    {
        var filter = new StopStringFilter(["END", "\n\n"]);

        Assert.Equal("a", filter.Append("aE"));
        Assert.Equal("", filter.Append("N"));
        Assert.Equal("ENd\nb", filter.Append("d\nb\n"));
        Assert.Equal("\n", filter.Flush());
    }

    [Fact]
    public void Append_PassesNothing_AfterAStopString()
    {
        var filter = new StopStringFilter(["END"]);

        Assert.Equal("a", filter.Append("aEND b"));
        Assert.True(filter.IsStopped);
        Assert.Equal("", filter.Append("c") + filter.Flush());
    }

    [Fact]
    public void Append_CutsBeforeTheFirstStop_HoweverTheTextArrives()
    {
        var random = new CounterRandom(seed: 1);
        string[] stops = ["aab", "ba", "bbbb"];
        for (int round = 0; round < 500; round++)
        {
            string text = string.Concat(Enumerable.Range(0, 30).Select(_ => "aabccc"[random.NextInt32(6)]));
            int end = stops.Select(stop => text.IndexOf(stop, StringComparison.Ordinal)).Where(index => index >= 0)
                .DefaultIfEmpty(text.Length).Min();

            Assert.Equal(text[..end], Streamed(text, stops, ref random));
        }
    }

    private static string Streamed(string text, string[] stops, ref CounterRandom random)
    {
        var filter = new StopStringFilter(stops);
        string streamed = "";
        for (int first = 0; first < text.Length && !filter.IsStopped;)
        {
            int length = Math.Min(1 + random.NextInt32(4), text.Length - first);
            streamed += filter.Append(text.Substring(first, length));
            first += length;
        }

        return streamed + filter.Flush();
    }
}
