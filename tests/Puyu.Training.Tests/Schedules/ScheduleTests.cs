using Puyu.Abstractions;
using Puyu.Training.Schedules;

namespace Puyu.Training.Tests.Schedules;

public class ScheduleTests
{
    /// <summary>
    /// Published values of XTuner's schedule (linear warm-up from 1e-5, then cosine to zero), printed with as many
    /// digits: half a unit of the last one is the tolerance.
    /// </summary>
    [Theory]
    [InlineData(0, 2.0e-9, 5e-11)]
    [InlineData(1, 2.500175e-5, 5e-12)]
    [InlineData(4, 1.00001e-4, 5e-10)]
    [InlineData(8, 2e-4, 0)]
    [InlineData(9, 2e-4, 0)]
    [InlineData(10, 1.99994173e-4, 5e-13)]
    [InlineData(100, 1.55500908e-4, 5e-13)]
    [InlineData(150, 1.04856222e-4, 5e-13)]
    [InlineData(200, 5.28305756e-5, 5e-14)]
    [InlineData(299, 5.82746e-9, 5e-15)]
    public void Cosine_GivesThePublishedValues(int step, double expected, double tolerance)
    {
        var options = new ScheduleOptions
        {
            Kind = ScheduleKind.Cosine,
            PeakLearningRate = 2e-4,
            WarmupSteps = 9,
            WarmupFirstRatio = 1e-5,
            MinRatio = 0,
        };

        Assert.Equal(expected, Schedule.LearningRate(options.Validated(300), step, 300), tolerance + 1e-19);
    }

    [Theory]
    [InlineData(ScheduleKind.Constant, 0, new[] { 1.0, 1, 1, 1, 1, 1, 1, 1 })]
    [InlineData(ScheduleKind.Linear, 0, new[] { 1, 0.875, 0.75, 0.625, 0.5, 0.375, 0.25, 0.125 })]
    [InlineData(ScheduleKind.WarmupStableDecay, 4, new[] { 1.0, 1, 1, 1, 1, 0.75, 0.5, 0.25 })]
    public void LearningRate_FollowsItsKind(ScheduleKind kind, int decaySteps, double[] expected)
    {
        ScheduleOptions options = new ScheduleOptions
        {
            Kind = kind,
            PeakLearningRate = 1,
            MinRatio = 0,
            DecaySteps = decaySteps,
        }.Validated(8);

        Assert.Equal(expected, Enumerable.Range(0, 8).Select(step => Schedule.LearningRate(options, step, 8)));
    }

    [Theory]
    [InlineData(ScheduleKind.Linear, 0)]
    [InlineData(ScheduleKind.Cosine, 0)]
    [InlineData(ScheduleKind.WarmupStableDecay, 7)]
    public void LearningRate_ReachesTheMinimumWhenTheRunEnds(ScheduleKind kind, int decaySteps)
    {
        ScheduleOptions options = new ScheduleOptions
        {
            Kind = kind,
            PeakLearningRate = 2,
            WarmupSteps = 3,
            MinRatio = 0.25,
            DecaySteps = decaySteps,
        }.Validated(20);

        // 1 + cos π is exact, and so are the quarters.
        Assert.Equal(0.5, Schedule.LearningRate(options, 20, 20));
    }

    [Theory]
    [InlineData(1, new[] { 1.0, 1 })]
    [InlineData(2, new[] { 0.5, 1, 1 })]
    [InlineData(4, new[] { 0.25, 0.5, 0.75, 1, 1 })]
    public void Warmup_RisesByEqualStepsToThePeak(int warmupSteps, double[] expected)
    {
        ScheduleOptions options = new ScheduleOptions
        {
            Kind = ScheduleKind.Constant,
            PeakLearningRate = 1,
            WarmupSteps = warmupSteps,
        }.Validated(10);

        Assert.Equal(
            expected, Enumerable.Range(0, expected.Length).Select(step => Schedule.LearningRate(options, step, 10)));
    }

    [Fact]
    public void Validated_NamesEverythingThatIsWrong()
    {
        var options = new ScheduleOptions
        {
            PeakLearningRate = 0,
            WarmupSteps = 10,
            WarmupFirstRatio = 2,
            MinRatio = -1,
            DecaySteps = 3,
        };

        OptionsException exception = Assert.Throws<OptionsException>(() => options.Validated(10));

        Assert.Equal(
            """
            ScheduleOptions has 5 problems:
              - PeakLearningRate is 0 but must be positive and finite
              - WarmupSteps is 10 but must lie in [0, 10), 10 being the steps of the run
              - WarmupFirstRatio is 2 but must lie in [0, 1]
              - MinRatio is -1 but must lie in [0, 1]
              - DecaySteps is 3 but must be 0 unless Kind is WarmupStableDecay
            """,
            exception.Message);
    }

    [Fact]
    public void Validated_WantsADecayThatFitsTheRun()
    {
        var options = new ScheduleOptions { Kind = ScheduleKind.WarmupStableDecay, WarmupSteps = 4, DecaySteps = 7 };

        OptionsException exception = Assert.Throws<OptionsException>(() => options.Validated(10));

        Assert.Equal(
            "ScheduleOptions: DecaySteps is 7 but must lie in [1, 6], the steps of the run after its warm-up",
            exception.Message);
    }
}
