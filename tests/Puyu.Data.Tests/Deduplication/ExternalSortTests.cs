using Puyu.Abstractions;
using Puyu.Data.Deduplication;

namespace Puyu.Data.Tests.Deduplication;

public class ExternalSortTests
{
    /// <summary>In memory; in a few runs; and in more runs than are merged at a time.</summary>
    [Theory]
    [InlineData(0, 1 << 20)]
    [InlineData(1000, 1 << 20)]
    [InlineData(1000, 1024)]
    [InlineData(20_000, 1024)]
    public void Sorted_IsAll_InOrder_AsOftenAsAsked(int count, int memory)
    {
        using var folder = new TemporaryFolder();
        var random = new CounterRandom(1);
        int[] items = [.. Enumerable.Range(0, count).Select(_ => random.NextInt32(500))];
        using (var sort = new ExternalSort<int>(folder.Root, "x", memory))
        {
            Array.ForEach(items, sort.Add);

            Assert.Equal(items.Order(), sort.Sorted());
            Assert.Equal(items.Order(), sort.Sorted());
        }

        Assert.Empty(Directory.GetFiles(folder.Root));
    }
}
