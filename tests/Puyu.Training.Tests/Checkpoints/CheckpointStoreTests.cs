using Puyu.Abstractions;
using Puyu.Training.Checkpoints;
using Puyu.Training.Tests.Support;

namespace Puyu.Training.Tests.Checkpoints;

public sealed class CheckpointStoreTests : IDisposable
{
    private const int Never = int.MaxValue;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Save_KeepsTheLastOnes()
    {
        var store = new CheckpointStore(_folder.Root, keepLast: 2);

        foreach (int step in (int[])[1, 5, 10, 200])
        {
            Save(store, step);
        }

        Assert.Equal([200, 10], store.List().Select(checkpoint => checkpoint.Step));
        Assert.Equal(
            ["step-00000010", "step-00000200"],
            Directory.EnumerateDirectories(_folder.Root).Select(Path.GetFileName).Order());
    }

    [Fact]
    public void Save_WritesTheLineageOfTheWholeFolder()
    {
        Checkpoint checkpoint = Save(new CheckpointStore(_folder.Root, keepLast: 1), step: 3);

        LineageStep self = Lineage.Walk(checkpoint.Folder).First();

        Assert.Equal(LineageState.Verified, self.State);
        Assert.Equal("checkpoint", self.Lineage!.Kind);
    }

    /// <summary>
    /// Kills the process after 0, 1, 2 … operations of the disk while it saves step 20 beside step 10.
    /// </summary>
    [Fact]
    public void Save_KilledAnywhere_LeavesACompleteCheckpoint()
    {
        int operations = OperationsOfASave();
        Assert.True(operations >= 50, $"a save has {operations} operations");

        for (int good = 0; good < operations; good++)
        {
            using var folder = new TemporaryFolder();
            Save(new CheckpointStore(folder.Root, keepLast: 1), step: 10);
            var dying = new CheckpointStore(folder.Root, keepLast: 1, new FaultyDisk(good, Fault.Killed));

            Assert.Throws<KilledException>(() => Save(dying, step: 20));

            var reports = new List<string>();
            var store = new CheckpointStore(folder.Root, keepLast: 1);
            Checkpoint? latest = store.Latest(reports.Add);
            Assert.True(latest is not null, $"killed after {good} operations: no checkpoint");
            Assert.Empty(reports);
            Assert.Equal(ContentOf(latest.Step), File.ReadAllBytes(Path.Combine(latest.Folder, "model")));

            Save(store, step: 20);
            Assert.Equal(["step-00000020"], Directory.EnumerateFileSystemEntries(folder.Root).Select(Path.GetFileName));
        }
    }

    [Fact]
    public void Save_OnAFullDisk_SaysSoAndLeavesTheOldCheckpoint()
    {
        int operations = OperationsOfASave();

        // The last operation deletes the old checkpoint, which a full disk does not hinder.
        for (int good = 0; good < operations - 2; good++)
        {
            using var folder = new TemporaryFolder();
            Save(new CheckpointStore(folder.Root, keepLast: 1), step: 10);
            var full = new CheckpointStore(folder.Root, keepLast: 1, new FaultyDisk(good, Fault.Full));

            IOException exception = Assert.Throws<IOException>(() => Save(full, step: 20));

            Assert.Equal(
                $"checkpoint {folder.File("step-00000020")} could not be completed: No space left on device",
                exception.Message);
            Assert.Empty(Directory.EnumerateDirectories(folder.Root, "*.partial"));
            Assert.Null(new CheckpointStore(folder.Root, keepLast: 1).List()[^1].Problem());
        }
    }

    [Theory]
    [InlineData("model", "model does not match its checksum")]
    [InlineData("optimizer", "optimizer does not match its checksum")]
    [InlineData("complete.json", "complete.json is malformed")]
    public void Latest_SkipsACheckpointWithADamagedByte(string file, string problem)
    {
        var store = new CheckpointStore(_folder.Root, keepLast: 2);
        Save(store, step: 10);
        string path = Path.Combine(Save(store, step: 20).Folder, file);
        byte[] bytes = File.ReadAllBytes(path);
        bytes[0] ^= 1;
        File.WriteAllBytes(path, bytes);
        var reports = new List<string>();

        Checkpoint? latest = store.Latest(reports.Add);

        Assert.Equal(10, latest!.Step);
        Assert.StartsWith(
            $"checkpoint {_folder.File("step-00000020")} is skipped: {problem}", Assert.Single(reports),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model", "model is missing")]
    [InlineData("complete.json", "complete.json is missing, so it was never completed")]
    public void Latest_SkipsACheckpointThatLacksAFile(string file, string problem)
    {
        var store = new CheckpointStore(_folder.Root, keepLast: 2);
        Save(store, step: 10);
        File.Delete(Path.Combine(Save(store, step: 20).Folder, file));
        var reports = new List<string>();

        Assert.Equal(10, store.Latest(reports.Add)!.Step);
        Assert.Equal($"checkpoint {_folder.File("step-00000020")} is skipped: {problem}", Assert.Single(reports));
    }

    [Fact]
    public void Latest_SkipsATornFile_AndSaveReplacesIt()
    {
        var store = new CheckpointStore(_folder.Root, keepLast: 2);
        Save(store, step: 10);
        Checkpoint torn = Save(store, step: 20);
        using (FileStream model = File.OpenWrite(Path.Combine(torn.Folder, "model")))
        {
            model.SetLength(100);
        }

        Assert.Equal("model has 100 bytes but must have 4000", torn.Problem());
        Assert.Equal(10, store.Latest(_ => { })!.Step);

        Save(store, step: 15);
        Assert.Equal([20, 15, 10], store.List().Select(checkpoint => checkpoint.Step));
        Save(store, step: 20);
        Assert.Equal(20, store.Latest(_ => { })!.Step);
        Assert.Equal([20, 15], store.List().Select(checkpoint => checkpoint.Step));
    }

    [Fact]
    public void Latest_IsNull_WhereThereIsNone()
    {
        Assert.Null(new CheckpointStore(_folder.File("none"), keepLast: 1).Latest(_ => { }));
    }

    private static int OperationsOfASave()
    {
        using var folder = new TemporaryFolder();
        Save(new CheckpointStore(folder.Root, keepLast: 1), step: 10);
        var disk = new FaultyDisk(Never, Fault.Killed);
        Save(new CheckpointStore(folder.Root, keepLast: 1, disk), step: 20);
        return disk.Operations;
    }

    private static byte[] ContentOf(int step) => [.. Enumerable.Range(0, 4000).Select(i => (byte)(i * step))];

    private static Checkpoint Save(CheckpointStore store, int step)
    {
        return store.Save(
            step,
            writer =>
            {
                foreach (string name in (string[])["model", "optimizer"])
                {
                    writer.Write(name, stream =>
                    {
                        foreach (byte[] piece in ContentOf(step).Chunk(200))
                        {
                            stream.Write(piece);
                        }
                    });
                }
            },
            folder => Lineage.Of(folder, "checkpoint", [], TimeProvider.System));
    }
}
