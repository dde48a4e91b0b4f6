using System.Security.Cryptography;
using Puyu.Abstractions;

namespace Puyu.Inference.Caching;

/// <summary>
/// Cached prefixes on disk: tokens, keys and values of known blocks, so that an engine that starts again finds them.
/// </summary>
/// <remarks>
/// <code>
///   magic · fingerprint of what computed the blocks (32 bytes) · number of blocks
///   block: place of its parent (−1: none) · tenant · RoPE length · tokens · bytes, all layers
///   SHA-256 of everything before
/// </code>
/// Little-endian. The latest used block comes first, so parents come before their children. Blocks of adapters are left
/// out: adapters are numbered anew in each process.
/// </remarks>
internal static class KvSnapshot
{
    private const ulong Magic = 0x31564B5559555000; // "\0PUYUKV1"
    private const string FileName = "prefixes.kv";
    private const int NoParent = -1;

    /// <summary>Writes the blocks that nobody holds.</summary>
    /// <param name="folder">Made if it does not exist.</param>
    /// <param name="fingerprint">32 bytes: other ones mean other keys and values.</param>
    /// <param name="pool">Knows the blocks.</param>
    /// <param name="storage">Holds them.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(string folder, ReadOnlySpan<byte> fingerprint, BlockPool pool, KvStorage storage)
    {
        CachedBlock[] blocks = [.. pool.Cached().Where(block => block.Salt.Adapter == 0)];
        byte[] head = fingerprint.ToArray();
        Directory.CreateDirectory(folder);
        AtomicFile.Write(Path.Combine(folder, FileName), stream =>
        {
            using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var hashing = new HashingStream(stream, hash);
            using var writer = new BinaryWriter(hashing);
            writer.Write(Magic);
            writer.Write(head);
            writer.Write(blocks.Length);
            Write(writer, blocks, storage);
            writer.Flush();
            stream.Write(hash.GetHashAndReset());
        });
    }

    /// <summary>Reads blocks into free ones, as many as there are.</summary>
    /// <returns>False if there is no file, or it is of something else or damaged; the pool is as it was then.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static bool TryLoad(string folder, ReadOnlySpan<byte> fingerprint, BlockPool pool, KvStorage storage)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path) || !IsIntact(path))
        {
            return false;
        }

        using var reader = new BinaryReader(File.OpenRead(path));
        if (reader.ReadUInt64() != Magic || !reader.ReadBytes(fingerprint.Length).AsSpan().SequenceEqual(fingerprint))
        {
            return false;
        }

        Read(reader, pool, storage);
        return true;
    }

    private static void Write(BinaryWriter writer, CachedBlock[] blocks, KvStorage storage)
    {
        var places = new Dictionary<int, int>();
        foreach (CachedBlock block in blocks)
        {
            writer.Write(block.Parent < 0 ? NoParent : places[block.Parent]);
            writer.Write(block.Salt.Tenant is not null);
            writer.Write(block.Salt.Tenant ?? "");
            writer.Write(block.Salt.RopeLength);
            foreach (int id in block.TokenIds)
            {
                writer.Write(id);
            }

            storage.Write(writer, block.Block);
            places.Add(block.Block, places.Count);
        }
    }

    private static void Read(BinaryReader reader, BlockPool pool, KvStorage storage)
    {
        int count = Math.Min(reader.ReadInt32(), pool.FreeCount);
        List<int> blocks = [];
        int[] tokenIds = new int[pool.BlockSize];
        for (int i = 0; i < count; i++)
        {
            int parent = reader.ReadInt32();
            bool hasTenant = reader.ReadBoolean();
            string tenant = reader.ReadString();
            var salt = new CacheSalt(Adapter: 0, hasTenant ? tenant : null, reader.ReadInt32());
            for (int t = 0; t < tokenIds.Length; t++)
            {
                tokenIds[t] = reader.ReadInt32();
            }

            int block = pool.Restore(salt, parent == NoParent ? NoParent : blocks[parent], tokenIds);
            storage.Read(reader, block);
            blocks.Add(block);
        }

        // Given back from the longest unused to the latest used, as they once were.
        pool.Release(blocks);
    }

    private static bool IsIntact(string path)
    {
        using FileStream stream = File.OpenRead(path);
        long content = stream.Length - SHA256.HashSizeInBytes;
        if (content <= 0)
        {
            return false;
        }

        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = new byte[1 << 20];
        while (content > 0)
        {
            int read = stream.Read(buffer, 0, (int)Math.Min(buffer.Length, content));
            hash.AppendData(buffer, 0, read);
            content -= read;
        }

        byte[] expected = new byte[SHA256.HashSizeInBytes];
        stream.ReadExactly(expected);
        return hash.GetHashAndReset().AsSpan().SequenceEqual(expected);
    }

    /// <summary>Hashes what is written through it.</summary>
    private sealed class HashingStream(Stream inner, IncrementalHash hash) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => inner.Length;

        public override long Position
        {
            get => inner.Position;
            set => throw new NotSupportedException();
        }

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            hash.AppendData(buffer);
            inner.Write(buffer);
        }
    }
}
