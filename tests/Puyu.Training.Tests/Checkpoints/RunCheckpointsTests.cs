using Puyu.Abstractions;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Checkpoints;
using Puyu.Training.Tests.Support;

namespace Puyu.Training.Tests.Checkpoints;

public class RunCheckpointsTests
{
    private const int Never = int.MaxValue;

    [Fact]
    public void Checkpoint_IsAModelFolder_WithItsLineage()
    {
        using var tiny = new TinyRun();
        string tokenizer = Path.Combine(tiny.Root, "tokenizer.json");
        File.WriteAllText(tokenizer, "{}");
        LineageInput input = new("tokens", "text.tokens", new string('0', 64), null);
        using var trainer = new Trainer(tiny.Run() with { CompanionFiles = [tokenizer], Inputs = [input] });

        Checkpoint checkpoint = trainer.Run(default).Checkpoint;

        Assert.Equal(
            [
                "complete.json", "config.json", "generation_config.json", "lineage.json", "model.safetensors",
                "optimizer.safetensors", "options.json", "tokenizer.json", "training.json",
            ],
            Directory.EnumerateFiles(checkpoint.Folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        using Decoder loaded = Decoder.Load(checkpoint.Folder, tiny.Backend);
        Assert.Equal(
            tiny.WeightBytes(),
            loaded.Parameters.SelectMany(parameter => TinyRun.BytesOf(parameter.Value)));
        LineageStep self = Lineage.Walk(checkpoint.Folder).First();
        Assert.Equal(LineageState.Verified, self.State);
        Assert.Equal([input], self.Lineage!.Inputs);
        Assert.Equal(tiny.Options.Seed, self.Lineage.Seed);
    }

    /// <summary>
    /// Stops the process at every operation of the disk during the save after step 4, beside that of step 2.
    /// </summary>
    [Fact]
    public void Run_KilledWhileItSaves_GoesOnFromACompleteCheckpoint()
    {
        (int before, int after) = OperationsOfTheSecondSave();
        Assert.True(after - before >= 50, $"a save has {after - before} operations");

        for (int good = before; good < after; good++)
        {
            using TinyRun tiny = Create();
            using (var dying = new Trainer(tiny.Run(), new FaultyDisk(good, Fault.Killed)))
            {
                Assert.Throws<KilledException>(() => dying.Run(default));
            }

            using var trainer = new Trainer(tiny.Run());
            Assert.True(trainer.TryResume(), $"no checkpoint after {good} operations");
            Assert.Contains(trainer.Step, (int[])[2, 4]);
            TrainingOutcome outcome = trainer.Run(default);
            Assert.True(outcome.IsComplete);
            Assert.Equal(4, tiny.Store.List().Single().Step);
        }
    }

    [Fact]
    public void Run_OnADiskThatFillsUp_GoesOn_AndFailsOnlyAtTheEnd()
    {
        (int before, int after) = OperationsOfTheSecondSave();
        using TinyRun tiny = Create();
        tiny.Options = tiny.Options with { Steps = 6 };
        using var observer = new RecordingObserver();
        using var trainer = new Trainer(tiny.Run(observer), new FaultyDisk((before + after) / 2, Fault.Full));

        IOException exception = Assert.Throws<IOException>(() => trainer.Run(default));

        string folder = Path.Combine(tiny.RunFolder, "checkpoints");
        Assert.Equal(
            $"checkpoint {Path.Combine(folder, "step-00000006")} could not be completed: No space left on device",
            exception.Message);
        Assert.Equal(
            [
                $"checkpoint {Path.Combine(folder, "step-00000004")} could not be completed: No space left on device; "
                    + "training goes on and tries again at the next one",
            ],
            observer.Notices);
        Assert.Equal(6, observer.Steps.Count);
        Assert.Equal(2, tiny.Store.Latest(_ => { })!.Step);
    }

    [Fact]
    public void TryResume_PassesOverADamagedCheckpoint_AndSaysSo()
    {
        using TinyRun tiny = Create(keepLast: 2);
        using (var trainer = new Trainer(tiny.Run()))
        {
            trainer.Run(default);
        }

        byte[] expected = tiny.WeightBytes();
        string damaged = Path.Combine(tiny.RunFolder, "checkpoints", "step-00000004", "optimizer.safetensors");
        byte[] bytes = File.ReadAllBytes(damaged);
        bytes[^100] ^= 4;
        File.WriteAllBytes(damaged, bytes);
        using var observer = new RecordingObserver();
        using var resumed = new Trainer(tiny.Run(observer));

        Assert.True(resumed.TryResume());
        Assert.Equal(2, resumed.Step);
        Assert.EndsWith(
            "step-00000004 is skipped: optimizer.safetensors does not match its checksum",
            Assert.Single(observer.Notices), StringComparison.Ordinal);

        Checkpoint last = resumed.Run(default).Checkpoint;
        Assert.Equal(expected, tiny.WeightBytes());
        Assert.Null(last.Problem());
    }

    [Fact]
    public void TryResume_WithoutTheMastersItNeeds_NamesOne()
    {
        using TinyRun tiny = Create();
        using (var trainer = new Trainer(tiny.Run()))
        {
            trainer.Run(default);
        }

        using Decoder model = Decoder.Create(TinyRun.Config, tiny.Backend, DType.BF16);
        tiny.Options = tiny.Options with { Weights = DType.BF16 };
        using var resumed = new Trainer(tiny.Run() with { Model = model });

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => resumed.TryResume());

        Assert.EndsWith("is F32 [40, 32] but the run needs BF16 [40, 32]", exception.Message, StringComparison.Ordinal);
    }

    private static TinyRun Create(int keepLast = 1)
    {
        var tiny = new TinyRun();
        tiny.Options = tiny.Options with
        {
            Steps = 4,
            Checkpoints = new CheckpointOptions { IntervalSteps = 2, KeepLast = keepLast },
        };
        return tiny;
    }

    private static (int Before, int After) OperationsOfTheSecondSave()
    {
        using TinyRun tiny = Create();
        var disk = new FaultyDisk(Never, Fault.Killed);
        var observer = new OperationsObserver(disk);
        using var trainer = new Trainer(tiny.Run(observer), disk);
        trainer.Run(default);
        return (observer.AfterSave[0], observer.AfterSave[1]);
    }

    private sealed class OperationsObserver(FaultyDisk disk) : TrainingObserver
    {
        public List<int> AfterSave { get; } = [];

        public override void OnCheckpoint(Checkpoint checkpoint) => AfterSave.Add(disk.Operations);
    }
}
