using Puyu.Abstractions;

namespace Puyu.Training.Checkpoints;

/// <summary>Adds files to a checkpoint that is being saved.</summary>
internal sealed class CheckpointWriter
{
    private readonly string _folder;
    private readonly CheckpointDisk _disk;
    private readonly List<CheckpointFile> _files = [];

    internal CheckpointWriter(string folder, CheckpointDisk disk)
    {
        _folder = folder;
        _disk = disk;
    }

    /// <summary>Writes one file and waits until it is on the device.</summary>
    /// <param name="name">Its name, without folders.</param>
    /// <param name="write">Writes the content, from front to back.</param>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public void Write(string name, Action<Stream> write)
    {
        using Stream file = _disk.CreateFile(Path.Combine(_folder, name));
        using var hashing = new HashingStream(file);
        write(hashing);
        _disk.Sync(file);
        _files.Add(hashing.Describe(name));
    }

    /// <summary>Lets somebody else write files into the folder, which flushes them to the device itself.</summary>
    /// <param name="write">Given the folder.</param>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public void Include(Action<string> write)
    {
        write(_folder);
        foreach (string path in Directory.EnumerateFiles(_folder).Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileName(path);
            if (_files.TrueForAll(file => file.Name != name))
            {
                _files.Add(new CheckpointFile(name, new FileInfo(path).Length, Lineage.HashOf(path)));
            }
        }
    }

    /// <summary>Writes the list of the files, which makes the checkpoint a complete one.</summary>
    internal void Complete(int step)
    {
        var manifest = new CheckpointManifest(CheckpointManifest.CurrentVersion, step, [.. _files]);
        Write(CheckpointManifest.FileName, stream => stream.Write(manifest.ToBytes()));
    }
}
