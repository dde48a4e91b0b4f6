using System.Text;
using Puyu.Tokenizers.Merging;

namespace Puyu.Tokenizers.Tests.Merging;

public class ChunkCacheTests
{
    [Fact]
    public void TryAppend_FindsWhatWasRemembered_AndNothingElse()
    {
        var cache = new ChunkCache();
        var ids = new TokenBuffer();
        byte[] text = Encoding.ASCII.GetBytes("abcabd");

        cache.Remember(ChunkCache.Key(text, 0, 3), [7, 8]);

        Assert.True(cache.TryAppend(ChunkCache.Key("xxabcyyyyyyyyyyyyyyyyyyyyyyy"u8, 2, 3), ids));
        Assert.False(cache.TryAppend(ChunkCache.Key(text, 3, 3), ids));
        Assert.False(cache.TryAppend(ChunkCache.Key(text, 0, 2), ids));
        Assert.Equal([7, 8], ids.ToArray());
    }

    [Fact]
    public void Key_TellsTrailingZeros()
    {
        byte[] text = new byte[40];

        Assert.Equal(15, Enumerable.Range(1, 15).Select(length => ChunkCache.Key(text, 3, length)).Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(15)]
    public void Key_IsTheSame_AtTheEndOfTheText(int length)
    {
        byte[] text = Encoding.ASCII.GetBytes("0123456789abcdef0123456789abcdef"[..(16 + length)]);

        Assert.Equal(ChunkCache.Key(text, 0, length), ChunkCache.Key(text, 16, length));
    }

    [Fact]
    public void Remember_LeavesOutWhatDoesNotFit()
    {
        var cache = new ChunkCache();
        var key = ChunkCache.Key("abc"u8, 0, 3);

        cache.Remember(key, [1, 2, 3, 4]);

        Assert.False(cache.TryAppend(key, new TokenBuffer()));
    }
}
