using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Checkpoints;
using Puyu.Training.Metrics;
using Puyu.Training.Optimizers;
using Puyu.Training.Tests.Support;

namespace Puyu.Training.Tests;

public class TrainerTests
{
    [Theory]
    [InlineData(DType.F32, OptimizerKind.AdamW)]
    [InlineData(DType.BF16, OptimizerKind.AdamW)]
    [InlineData(DType.F32, OptimizerKind.Muon)]
    [InlineData(DType.BF16, OptimizerKind.Muon)]
    public void Run_StoppedAndResumed_GivesTheSameBits(DType weights, OptimizerKind kind)
    {
        using TinyRun whole = Create(weights, kind);
        using var wholeObserver = new RecordingObserver();
        Train(whole, wholeObserver);

        using TinyRun stopped = Create(weights, kind);
        using var first = new RecordingObserver(cancelAfterStep: 10);
        TrainingOutcome outcome = Train(stopped, first);
        Assert.False(outcome.IsComplete);
        Assert.Equal(10, outcome.Checkpoint.Step);
        stopped.Model.Initialize(seed: 99);
        using var second = new RecordingObserver();
        Train(stopped, second, resumes: true);

        Assert.Equal(wholeObserver.Losses, first.Losses.Concat(second.Losses));
        Assert.Equal(whole.WeightBytes(), stopped.WeightBytes());
        Assert.Equal(
            wholeObserver.Steps.Select(step => step.TotalTokens),
            first.Steps.Concat(second.Steps).Select(step => step.TotalTokens));
        Assert.Equal(20, File.ReadAllLines(Path.Combine(stopped.RunFolder, "metrics.jsonl")).Length);
    }

    [Theory]
    [InlineData(OptimizerKind.AdamW)]
    [InlineData(OptimizerKind.Muon)]
    public void Run_GivesTheSameBits_ForAnyNumberOfThreads(OptimizerKind kind)
    {
        Assert.Equal(WeightsAfter(threads: 1), WeightsAfter(threads: 3));

        byte[] WeightsAfter(int threads)
        {
            using TinyRun tiny = Create(DType.F32, kind, threads);
            tiny.Options = tiny.Options with { Steps = 5, MicroBatchesPerStep = 1 };
            using var observer = new RecordingObserver();
            Train(tiny, observer);
            return tiny.WeightBytes();
        }
    }

    [Theory]
    [InlineData(DType.F32, OptimizerKind.AdamW)]
    [InlineData(DType.BF16, OptimizerKind.AdamW)]
    [InlineData(DType.F32, OptimizerKind.Muon)]
    public void Run_LearnsASmallText(DType weights, OptimizerKind kind)
    {
        using TinyRun tiny = Create(weights, kind);
        tiny.Options = tiny.Options with { Steps = 150 };
        using var observer = new RecordingObserver();

        TrainingOutcome outcome = Train(tiny, observer);

        // A uniform guess has log 40 = 3.7; a model that knows how the text goes on has almost nothing.
        Assert.InRange(observer.Steps[0].Loss, 3.5, 4.0);
        Assert.InRange(outcome.Loss, 0, 0.1);
    }

    [Fact]
    public void Step_AllocatesNothing_AfterWarmUp()
    {
        using var tiny = new TinyRun();
        using var training = new TrainingStep(tiny.Model, tiny.Sampler(), tiny.Options.Validated());
        training.Run(0);
        training.Run(1);

        long before = GC.GetAllocatedBytesForCurrentThread();
        training.Run(2);
        training.Run(3);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Run_AllocatesNothing_BetweenSteps()
    {
        using var tiny = new TinyRun();
        tiny.Options = tiny.Options with { Steps = 40 };
        var observer = new AllocationObserver(steps: 40);
        using var trainer = new Trainer(tiny.Run(observer));

        trainer.Run(default);

        // Two micro-batches a step: the epoch ends, and the next one is planned, within the first half of the run.
        Assert.Equal(Enumerable.Repeat(0L, 19), observer.Differences.Skip(20));
    }

    [Fact]
    public void Run_RecomputingActivations_GivesTheSameBits_WithLessMemory()
    {
        (byte[] kept, long keptBytes) = TrainWith(ActivationMemory.Keep);
        (byte[] recomputed, long recomputedBytes) = TrainWith(ActivationMemory.Recompute);

        Assert.Equal(kept, recomputed);
        Assert.True(recomputedBytes < keptBytes, $"recomputing takes {recomputedBytes} bytes, keeping {keptBytes}");

        static (byte[] Weights, long PeakBytes) TrainWith(ActivationMemory activations)
        {
            using var tiny = new TinyRun();
            tiny.Options = tiny.Options with { Steps = 5, Activations = activations };
            using var observer = new RecordingObserver();
            Train(tiny, observer);
            return (tiny.WeightBytes(), observer.Steps[^1].PeakBytes);
        }
    }

    [Fact]
    public void Run_MeasuresTheHeldOutLoss_WithoutChangingTheRun()
    {
        using var plain = new TinyRun();
        using var plainObserver = new RecordingObserver();
        Train(plain, plainObserver);
        using var validated = new TinyRun();
        validated.Options = validated.Options with
        {
            Validation = new ValidationOptions { IntervalSteps = 8, MicroBatches = 3 },
        };
        using var observer = new RecordingObserver();

        TrainingOutcome outcome = Train(validated, observer);

        Assert.Equal([8, 16, 20], observer.Validations.Select(validation => validation.Step));
        Assert.Equal(outcome.HeldOutLoss, observer.Validations[^1].Loss);
        Assert.True(observer.Validations[^1].Loss < observer.Validations[0].Loss);
        Assert.Equal(plain.WeightBytes(), validated.WeightBytes());
    }

    [Fact]
    public void Run_ThatDiverges_NamesStepAndTensor_AndKeepsTheCheckpoint()
    {
        using var tiny = new TinyRun();
        tiny.Options = tiny.Options with { Checkpoints = new CheckpointOptions { IntervalSteps = 5 } };
        var poison = new PoisoningObserver(tiny.Model.Parameters["layers.1.feed_forward.up.weight"], afterStep: 7);
        using var trainer = new Trainer(tiny.Run(poison));

        TrainingDivergedException exception = Assert.Throws<TrainingDivergedException>(() => trainer.Run(default));

        Assert.Equal(
            "step 8 diverged: the loss is NaN and the first tensor that is not finite is "
            + "layers.1.feed_forward.up.weight; "
            + "resume from the last checkpoint with a lower learning rate",
            exception.Message);
        Assert.Equal(5, tiny.Store.Latest(_ => { })!.Step);
    }

    [Fact]
    public void Run_RefusesAFolderWithTheCheckpointsOfAnotherRun()
    {
        using var tiny = new TinyRun();
        using var observer = new RecordingObserver();
        Train(tiny, observer);
        using var trainer = new Trainer(tiny.Run());

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => trainer.Run(default));

        Assert.Equal(
            $"{tiny.Store.Folder} has checkpoints up to step 20 of another run; resume it, or choose another folder",
            exception.Message);
    }

    [Fact]
    public void TryResume_TellsWhatChanged_AndFailsForAnotherModel()
    {
        using var tiny = new TinyRun();
        using var observer = new RecordingObserver();
        Train(tiny, observer);
        tiny.Options = tiny.Options with { Steps = 30 };
        using var second = new RecordingObserver();
        using (var trainer = new Trainer(tiny.Run(second)))
        {
            Assert.True(trainer.TryResume());
            Assert.Equal(20, trainer.Step);
        }

        Assert.Equal(["the run goes on with steps 30; it was 20"], second.Notices);

        using Decoder other = Decoder.Create(TinyRun.Config with { IntermediateSize = 64 }, tiny.Backend);
        using var mismatched = new Trainer(tiny.Run() with { Model = other });
        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => mismatched.TryResume());
        Assert.Contains(
            "feed_forward.w1.weight is F32 [48, 32] but the run needs F32 [64, 32]", exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Trainer_WantsHeldOutData_IfItShallValidate()
    {
        using var tiny = new TinyRun();
        tiny.Options = tiny.Options with { Validation = new ValidationOptions() };

        ArgumentException exception = Assert.Throws<ArgumentException>(
            () => new Trainer(tiny.Run() with { HeldOut = null }));

        Assert.Equal("the options ask for validation but HeldOut is null", exception.Message);
    }

    private static TinyRun Create(DType weights, OptimizerKind kind, int threads = 1)
    {
        var tiny = new TinyRun(threads, weights);
        tiny.Options = tiny.Options with { Optimizer = new OptimizerOptions { Kind = kind } };
        return tiny;
    }

    private static TrainingOutcome Train(TinyRun tiny, RecordingObserver observer, bool resumes = false)
    {
        using var trainer = new Trainer(tiny.Run(observer));
        Assert.Equal(resumes, trainer.TryResume());
        return trainer.Run(observer.Cancellation);
    }

    private sealed class AllocationObserver(int steps) : TrainingObserver
    {
        private readonly long[] _allocated = new long[steps];

        public IEnumerable<long> Differences => _allocated.Skip(1).Zip(_allocated, (after, before) => after - before);

        public override void OnStep(in StepMetrics metrics) =>
            _allocated[metrics.Step - 1] = GC.GetAllocatedBytesForCurrentThread();
    }

    private sealed class PoisoningObserver(Parameter parameter, int afterStep) : TrainingObserver
    {
        public override void OnStep(in StepMetrics metrics)
        {
            if (metrics.Step == afterStep)
            {
                parameter.Value.Span<float>()[0] = float.NaN;
            }
        }
    }
}
