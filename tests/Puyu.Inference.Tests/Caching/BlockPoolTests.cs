using Puyu.Inference.Caching;

namespace Puyu.Inference.Tests.Caching;

public class BlockPoolTests
{
    [Fact]
    public void TryReserve_GivesWhatIsLacking_OrNothing()
    {
        var pool = new BlockPool(blocks: 3, blockSize: 4);
        List<int> first = [];
        List<int> second = [];

        Assert.True(pool.TryReserve(first, tokens: 5));
        Assert.True(pool.TryReserve(first, tokens: 8));
        Assert.False(pool.TryReserve(second, tokens: 5));

        Assert.Equal([0, 1], first);
        Assert.Empty(second);
        Assert.Equal(1, pool.FreeCount);
    }

    [Fact]
    public void Release_FreesEveryBlock()
    {
        var pool = new BlockPool(blocks: 3, blockSize: 4);
        List<int> table = [];
        pool.TryReserve(table, tokens: 12);

        pool.Release(table);

        Assert.Empty(table);
        Assert.Equal(3, pool.FreeCount);
    }
}
