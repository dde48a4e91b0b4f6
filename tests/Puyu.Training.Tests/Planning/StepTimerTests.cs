using Puyu.Data;
using Puyu.Training.Planning;
using Puyu.Training.Tests.Support;

namespace Puyu.Training.Tests.Planning;

public class StepTimerTests
{
    [Fact]
    public void Measure_ReadsTheClockAroundAStep_AndLeavesTheDataWhereItStood()
    {
        using var tiny = new TinyRun();
        BatchSampler sampler = tiny.Sampler();
        SamplerState before = sampler.State;
        byte[] weights = tiny.WeightBytes();

        TimeSpan step = StepTimer.Measure(
            TinyRun.Config, tiny.Backend, sampler, tiny.Options.Validated(), new ManualTime(TimeSpan.FromSeconds(3)));

        Assert.Equal(TimeSpan.FromSeconds(3), step);
        Assert.Equal(before, sampler.State);
        Assert.Equal(weights, tiny.WeightBytes());
    }

    [Theory]
    [InlineData(60, 2, 30)]
    [InlineData(61, 2, 30)]
    [InlineData(1, 2, 1)]
    public void StepsWithin_FillsTheBudget(double budgetSeconds, double stepSeconds, int expected)
    {
        Assert.Equal(
            expected, StepTimer.StepsWithin(TimeSpan.FromSeconds(budgetSeconds), TimeSpan.FromSeconds(stepSeconds)));
    }
}
