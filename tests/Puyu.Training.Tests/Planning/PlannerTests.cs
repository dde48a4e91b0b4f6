using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Optimizers;
using Puyu.Training.Planning;
using Puyu.Training.Tests.Support;

namespace Puyu.Training.Tests.Planning;

public class PlannerTests
{
    [Theory]
    [InlineData(DType.F32, OptimizerKind.AdamW)]
    [InlineData(DType.BF16, OptimizerKind.AdamW)]
    [InlineData(DType.F32, OptimizerKind.Muon)]
    public void Plan_IsExactlyWhatARunUses(DType weights, OptimizerKind kind)
    {
        using var tiny = new TinyRun(weights: weights);
        TrainingOptions options = (tiny.Options with { Optimizer = new OptimizerOptions { Kind = kind } }).Validated();
        using var backend = new CpuBackend(threads: 1);
        using Decoder model = Decoder.Create(TinyRun.Config, backend, weights);
        model.Initialize(seed: 0);
        using var training = new TrainingStep(model, tiny.Sampler(), options);
        long staticBytes = backend.Memory.LiveBytes;
        for (int step = 0; step < 3; step++)
        {
            training.Run(step);
        }

        TrainingPlan plan = Planner.Plan(TinyRun.Config, options, tokensPerBatch: 32, sequenceLength: 16);

        Assert.Equal(staticBytes, plan.StaticBytes);
        Assert.Equal(backend.Memory.PeakBytes, plan.PeakBytes);
    }

    [Fact]
    public void Plan_IsCloseToWhatARunOverDocumentsUses()
    {
        using var tiny = new TinyRun();
        using var training = new TrainingStep(tiny.Model, tiny.Sampler(), tiny.Options.Validated());
        for (int step = 0; step < 5; step++)
        {
            training.Run(step);
        }

        TrainingPlan plan = Planner.Plan(TinyRun.Config, tiny.Options, tokensPerBatch: 32, sequenceLength: 16);

        Assert.Equal(plan.PeakBytes, tiny.Backend.Memory.PeakBytes, 0.05 * plan.PeakBytes);
    }

    [Fact]
    public void Plan_SumsUpTheTable()
    {
        TrainingOptions options = TinyRun.DefaultOptions with
        {
            Weights = DType.BF16,
            Optimizer = new OptimizerOptions { Kind = OptimizerKind.Muon },
        };

        TrainingPlan plan = Planner.Plan(TinyRun.Config, options.Validated(), tokensPerBatch: 32, sequenceLength: 16);

        long matrices = 2 * ((64 * 32) + (32 * 32) + (3 * 48 * 32));
        Assert.Equal(
            [
                new PlannedGroup(
                    ParameterGroup.Embedding, 2 * 40 * 32, 2 * 40 * 32 * 2, 2 * 40 * 32 * 4, 2 * 40 * 32 * 12),
                new PlannedGroup(ParameterGroup.Norm, 5 * 32, 5 * 32 * 2, 5 * 32 * 4, 5 * 32 * 12),
                new PlannedGroup(ParameterGroup.Matrix, matrices, matrices * 2, matrices * 4, matrices * 8),
            ],
            plan.Groups);
        Assert.InRange(
            plan.StaticBytes, plan.WeightBytes + plan.GradientBytes + plan.OptimizerBytes, 2 * plan.PeakBytes);
        Assert.Equal(64, plan.TokensPerStep);
        Assert.Equal(64 * 20, plan.TotalTokens);
    }

    [Fact]
    public void Plan_TellsTheTime_FromTheSpeed()
    {
        TrainingPlan plan = Planner.Plan(
            TinyRun.Config, TinyRun.DefaultOptions, tokensPerBatch: 32, sequenceLength: 16);

        Assert.Equal(2 * 2 * new ModelFlops(TinyRun.Config).OfTraining([0, 16]), plan.FlopsPerStep);
        Assert.Equal(TimeSpan.FromSeconds(2), plan.StepTime(plan.FlopsPerStep / 2));
        Assert.Equal(TimeSpan.FromSeconds(40), plan.TotalTime(plan.FlopsPerStep / 2));
    }
}
