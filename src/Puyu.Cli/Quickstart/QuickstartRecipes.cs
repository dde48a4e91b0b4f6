using Puyu.Cli.Recipes;
using Puyu.Data.Tokens;
using Puyu.Models;
using Puyu.Tokenizers;
using Puyu.Training;
using Puyu.Training.Checkpoints;
using Puyu.Training.Optimizers;
using Puyu.Training.Schedules;

namespace Puyu.Cli.Quickstart;

/// <summary>
/// The recipes of a quickstart, written to its folder and run as any other recipe: that of its documents, which
/// <see cref="DocumentStage"/> writes, and the two of training, made here.
/// </summary>
internal static class QuickstartRecipes
{
    /// <summary>File name of the recipe of the data engine.</summary>
    public const string DocumentsName = "documents";

    /// <summary>File name of the first recipe of training.</summary>
    public const string PretrainingName = "pretraining";

    /// <summary>File name of the second recipe of training.</summary>
    public const string FineTuningName = "fine-tuning";

    /// <summary>Tokens of a row; most documents are shorter than 100.</summary>
    private const int SequenceLength = 256;

    /// <summary>
    /// Rows of a step: with little time, many small steps learn more than few large ones (docs/log.md).
    /// </summary>
    private const int MicroBatchSize = 8;

    /// <summary>Pre-training of an InternLM2-architecture model from scratch.</summary>
    public static TrainRecipe Pretraining(
        QuickstartFolder folder, Tokenizer tokenizer, int steps, QuickstartOptions options) => new()
        {
            Output = folder.Base,
            Tokenizer = folder.Tokenizer,
            Model = new ModelConfig
            {
                Architecture = ModelArchitecture.InternLm2,
                HiddenSize = 256,
                IntermediateSize = 768,
                Layers = 6,
                Heads = 4,
                KvHeads = 2,
                VocabSize = tokenizer.VocabSize,
                MaxPositions = 1024,
                BosTokenId = tokenizer.BosId,
                EosTokenIds = [tokenizer.EosId!.Value, tokenizer.SpecialTokens["<|im_end|>"]],
                PadTokenId = tokenizer.EosId,
            },
            Data = new TokenSource
            {
                Path = folder.PretrainingTokens,
                SequenceLength = SequenceLength,
                MicroBatchSize = MicroBatchSize,
                Seed = options.Seed,
            },
            ValidationData = Validation(folder),
            Training = new TrainingOptions
            {
                Steps = steps,
                Seed = options.Seed,
                Optimizer = new OptimizerOptions { Kind = OptimizerKind.Muon, WeightDecay = 0.1 },
                Schedule = new ScheduleOptions
                {
                    Kind = ScheduleKind.Linear,
                    PeakLearningRate = 1e-2,
                    WarmupSteps = Math.Max(1, steps / 20),
                    MinRatio = 0,
                },
                Checkpoints = new CheckpointOptions { IntervalSteps = Math.Max(1, steps / 4), KeepLast = 1 },
                Validation = new ValidationOptions { IntervalSteps = Math.Max(1, steps / 10), MicroBatches = 4 },
            },
            Threads = options.Threads,
        };

    /// <summary>Supervised fine-tuning on questions and answers; only the answers are learned.</summary>
    public static TrainRecipe FineTuning(
        QuickstartFolder folder, string baseModel, int steps, QuickstartOptions options) => new()
        {
            Output = folder.Chat,
            Tokenizer = folder.Tokenizer,
            InitialModel = baseModel,
            Data = new TokenSource
            {
                Path = folder.FineTuningTokens,
                SequenceLength = SequenceLength,
                MicroBatchSize = MicroBatchSize,
                Packing = Packing.BestFit,
                Seed = options.Seed,
            },
            Training = new TrainingOptions
            {
                Steps = steps,
                Seed = options.Seed,
                Optimizer = new OptimizerOptions { Kind = OptimizerKind.Muon, WeightDecay = 0 },
                Schedule = new ScheduleOptions
                {
                    Kind = ScheduleKind.Linear,
                    PeakLearningRate = 5e-3,
                    WarmupSteps = Math.Max(1, steps / 20),
                    MinRatio = 0,
                },
                Checkpoints = new CheckpointOptions { IntervalSteps = steps, KeepLast = 1 },
            },
            Threads = options.Threads,
        };

    private static TokenSource Validation(QuickstartFolder folder) => new()
    {
        Path = folder.ValidationTokens,
        SequenceLength = SequenceLength,
        MicroBatchSize = MicroBatchSize,
        Packing = Packing.BestFit,
    };
}
