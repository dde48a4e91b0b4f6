using Puyu.Abstractions;
using Puyu.Tensors;
using Puyu.Training.Checkpoints;
using Puyu.Training.Optimizers;
using Puyu.Training.Schedules;

namespace Puyu.Training.Tests;

public class TrainingOptionsTests
{
    [Fact]
    public void Validated_AcceptsTheDefaults()
    {
        var options = new TrainingOptions { Steps = 1000, Validation = new ValidationOptions() };

        Assert.Equal(options, options.Validated());
    }

    [Fact]
    public void Validated_NamesEverythingThatIsWrong()
    {
        var options = new TrainingOptions { Steps = 0, MicroBatchesPerStep = -1, Weights = DType.I8 };

        OptionsException exception = Assert.Throws<OptionsException>(options.Validated);

        Assert.Equal(
            """
            TrainingOptions has 3 problems:
              - Steps is 0 but must be positive
              - MicroBatchesPerStep is -1 but must be positive
              - Weights is I8 but must be F32 or BF16
            """,
            exception.Message);
    }

    [Fact]
    public void Validated_JudgesEveryComponent()
    {
        var good = new TrainingOptions { Steps = 10 };

        Assert.All(
            (TrainingOptions[])
            [
                good with { Activations = (ActivationMemory)9 },
                good with { Schedule = new ScheduleOptions { WarmupSteps = 10 } },
                good with { Checkpoints = new CheckpointOptions { IntervalSteps = 0 } },
                good with { Checkpoints = new CheckpointOptions { KeepLast = 0 } },
                good with { Validation = new ValidationOptions { IntervalSteps = 0 } },
                good with { Validation = new ValidationOptions { MicroBatches = 0 } },
                good with { Optimizer = new OptimizerOptions { Kind = (OptimizerKind)9 } },
                good with { Optimizer = new OptimizerOptions { WeightDecay = -1 } },
                good with { Optimizer = new OptimizerOptions { DecayedParameters = (DecayedParameters)9 } },
                good with { Optimizer = new OptimizerOptions { MaxGradientNorm = 0 } },
                good with { Optimizer = new OptimizerOptions { AdamW = new AdamWOptions { Beta1 = 1 } } },
                good with { Optimizer = new OptimizerOptions { AdamW = new AdamWOptions { Beta2 = -0.1 } } },
                good with { Optimizer = new OptimizerOptions { AdamW = new AdamWOptions { Epsilon = 0 } } },
                good with { Optimizer = new OptimizerOptions { Muon = new MuonOptions { Momentum = 1 } } },
                good with { Optimizer = new OptimizerOptions { Muon = new MuonOptions { Iterations = 0 } } },
                good with { Optimizer = new OptimizerOptions { Muon = new MuonOptions { UpdateRms = 0 } } },
            ],
            options => Assert.Throws<OptionsException>(options.Validated));
    }
}
