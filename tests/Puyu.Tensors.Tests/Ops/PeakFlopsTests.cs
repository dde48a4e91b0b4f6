namespace Puyu.Tensors.Tests.Ops;

public class PeakFlopsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Measure_GivesAnAttainableRate(int threads) =>

        // A scalar core reaches more than a megaflop; two FMA units of 512 bits at 6 GHz reach 384 gigaflops.
        Assert.InRange(PeakFlops.Measure(threads), 1e6, 1e12 * threads);
}
