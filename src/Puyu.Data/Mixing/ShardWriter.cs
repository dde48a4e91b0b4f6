using Microsoft.Win32.SafeHandles;
using Puyu.Data.Tokens;

namespace Puyu.Data.Mixing;

/// <summary>Writes a shard: gathers the tokens of its documents from the parts. For one thread.</summary>
internal sealed class ShardWriter(TokenPlan plan, CancellationToken cancellationToken) : IDisposable
{
    private const int MaxOpenFiles = 32; // a thread; a run may have more parts than a process may open files

    private readonly Dictionary<int, SafeFileHandle> _open = [];
    private readonly Queue<int> _openParts = [];
    private byte[] _bytes = new byte[1 << 14];
    private int[] _ids = new int[1 << 12];

    /// <summary>Writes the files of a shard, each whole or not at all.</summary>
    public void Write(int shard)
    {
        string path = plan.ShardPath(shard);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        plan.Output.Format.Write(path, plan.Output.Facts, add =>
        {
            foreach (Occurrence occurrence in plan.Occurrences(shard))
            {
                cancellationToken.ThrowIfCancellationRequested();
                add(Read(occurrence));
            }
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SafeFileHandle file in _open.Values)
        {
            file.Dispose();
        }
    }

    private ReadOnlySpan<int> Read(Occurrence occurrence)
    {
        int tokenBytes = plan.Output.TokenBytes;
        int count = occurrence.Tokens;
        if (_ids.Length < count)
        {
            _ids = new int[count];
            _bytes = new byte[count * tokenBytes];
        }

        Span<byte> bytes = _bytes.AsSpan(0, count * tokenBytes);
        SafeFileHandle file = Open(occurrence.Part);
        long offset = occurrence.First * tokenBytes;
        for (int read = 0; read < bytes.Length;)
        {
            int more = RandomAccess.Read(file, bytes[read..], offset + read);
            read += more > 0 ? more : throw new InvalidDataException(
                $"{plan.IdsFile(occurrence.Part)} ends before token {occurrence.First + count}; delete it");
        }

        Span<int> ids = _ids.AsSpan(0, count);
        TokenBytes.Decode(bytes, ids, tokenBytes);
        return ids;
    }

    private SafeFileHandle Open(int part)
    {
        if (_open.TryGetValue(part, out SafeFileHandle? file))
        {
            return file;
        }

        if (_openParts.Count == MaxOpenFiles)
        {
            _open.Remove(_openParts.Dequeue(), out SafeFileHandle? oldest);
            oldest?.Dispose();
        }

        file = File.OpenHandle(plan.IdsFile(part));
        _open.Add(part, file);
        _openParts.Enqueue(part);
        return file;
    }
}
