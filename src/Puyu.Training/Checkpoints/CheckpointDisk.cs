using System.Runtime.InteropServices;

namespace Puyu.Training.Checkpoints;

/// <summary>
/// The disk as checkpoints use it. Tests derive from it to fail, or to stop as a killed process does, at every single
/// operation.
/// </summary>
internal partial class CheckpointDisk
{
    private const int ReadOnly = 0;

    /// <summary>Creates a folder.</summary>
    public virtual void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <summary>Creates a file to be written once.</summary>
    public virtual Stream CreateFile(string path) =>
        new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1 << 16);

    /// <summary>Waits until the content of a file is on the device.</summary>
    public virtual void Sync(Stream file) => ((FileStream)file).Flush(flushToDisk: true);

    /// <summary>Waits until the names in a folder are on the device. Windows does so by itself.</summary>
    /// <exception cref="IOException">The device failed.</exception>
    public virtual void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        int folder = Open(path, ReadOnly);
        bool isSynced = folder >= 0 && Sync(folder) == 0;
        int error = Marshal.GetLastPInvokeError();
        _ = folder >= 0 ? Close(folder) : 0;
        if (!isSynced)
        {
            throw new IOException($"{path} could not be synchronized: {Marshal.GetPInvokeErrorMessage(error)}");
        }
    }

    /// <summary>Renames a folder.</summary>
    public virtual void Move(string from, string to) => Directory.Move(from, to);

    /// <summary>Deletes a folder with its content.</summary>
    public virtual void DeleteFolder(string path) => Directory.Delete(path, recursive: true);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int file);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int file);
}
