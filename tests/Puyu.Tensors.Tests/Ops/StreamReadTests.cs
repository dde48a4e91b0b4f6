namespace Puyu.Tensors.Tests.Ops;

public class StreamReadTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Measure_GivesAnAttainableRate(int threads) =>

        // Slower than any memory of this century, faster than twelve channels of DDR5.
        Assert.InRange(StreamRead.Measure(threads), 1e7, 1e12);
}
