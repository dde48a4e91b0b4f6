using Puyu.Training.Checkpoints;

namespace Puyu.Training.Tests.Support;

/// <summary>A disk that fails at its n-th operation. A write fails after half of its bytes.</summary>
internal sealed class FaultyDisk(int goodOperations, Fault fault) : CheckpointDisk
{
    private bool _isDead;

    /// <summary>Operations that were asked for.</summary>
    public int Operations { get; private set; }

    public override void CreateFolder(string path)
    {
        Count();
        base.CreateFolder(path);
    }

    public override Stream CreateFile(string path)
    {
        Count();
        return new FaultyStream(this, (FileStream)base.CreateFile(path));
    }

    public override void Sync(Stream file)
    {
        Count();
        base.Sync(((FaultyStream)file).Target);
    }

    public override void SyncFolder(string path)
    {
        Count();
        base.SyncFolder(path);
    }

    public override void Move(string from, string to)
    {
        Count();
        base.Move(from, to);
    }

    public override void DeleteFolder(string path)
    {
        if (_isDead)
        {
            throw new KilledException();
        }

        // Deleting works on a full disk; a killed process stops half-way through it.
        if (fault == Fault.Killed && Operations++ == goodOperations)
        {
            File.Delete(Directory.EnumerateFiles(path).First());
            throw Kill();
        }

        base.DeleteFolder(path);
    }

    private void Count()
    {
        if (_isDead)
        {
            throw new KilledException();
        }

        if (Operations++ >= goodOperations)
        {
            throw fault == Fault.Killed ? Kill() : new IOException("No space left on device");
        }
    }

    private KilledException Kill()
    {
        _isDead = true;
        return new KilledException();
    }

    private sealed class FaultyStream(FaultyDisk disk, FileStream target) : Stream
    {
        public FileStream Target => target;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => target.Length;

        public override long Position
        {
            get => target.Position;
            set => throw new NotSupportedException();
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            target.Write(buffer[..(buffer.Length / 2)]);
            disk.Count();
            target.Write(buffer[(buffer.Length / 2)..]);
        }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Flush() => target.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            target.Dispose();
            base.Dispose(disposing);
        }
    }
}

internal enum Fault
{
    /// <summary>The disk takes nothing more, and says so.</summary>
    Full,

    /// <summary>The process is gone: nothing it would do afterwards happens.</summary>
    Killed,
}

internal sealed class KilledException : Exception;
