using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Puyu.Abstractions;

namespace Puyu.Data.Decontamination;

/// <summary>An index as a file. The layout is that of docs/data-code.md, little-endian.</summary>
internal static class IndexFile
{
    private const int Version = 1;
    private const int DigestBytes = 16;

    private static ReadOnlySpan<byte> Magic => "PuyuDcn\n"u8;

    public static void Save(DecontaminationIndex index, string path)
    {
        using var content = new MemoryStream();
        using (var writer = new BinaryWriter(content, Encoding.UTF8, leaveOpen: true))
        {
            writer.Write(index.Options.Words);
            writer.Write(index.Options.Ideographs);
            writer.Write(index.Options.TemplateItems);
            writer.Write(index.Tasks.Count);
            foreach (EvaluationTask task in index.Tasks)
            {
                writer.Write(task.Name);
                writer.Write(task.ItemCount);
                writer.Write(task.ShortItems);
                writer.Write(task.Runs);
                writer.Write(MemoryMarshal.AsBytes<ulong>(task.Hashes));
                writer.Write(MemoryMarshal.AsBytes<int>(task.Items));
            }
        }

        byte[] bytes = content.ToArray();
        AtomicFile.Write(path, stream =>
        {
            Span<byte> version = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(version, Version);
            stream.Write(Magic);
            stream.Write(version);
            stream.Write(SHA256.HashData(bytes).AsSpan(0, DigestBytes));
            stream.Write(bytes);
        });
    }

    /// <exception cref="InvalidDataException">The file is no index, or is damaged.</exception>
    public static DecontaminationIndex Load(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        int header = Magic.Length + 4 + DigestBytes;
        if (bytes.Length < header || !bytes.AsSpan().StartsWith(Magic))
        {
            throw new InvalidDataException(
                $"{path} is no index of evaluation sets: make one with puyu data build-decontamination");
        }

        int version = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(Magic.Length));
        if (version != Version)
        {
            throw new InvalidDataException(
                FormattableString.Invariant($"{path} is version {version} but must be {Version}: build it anew"));
        }

        if (!SHA256.HashData(bytes.AsSpan(header)).AsSpan(0, DigestBytes)
            .SequenceEqual(bytes.AsSpan(Magic.Length + 4, DigestBytes)))
        {
            throw new InvalidDataException($"{path} is damaged: its content does not match its checksum");
        }

        using var reader = new BinaryReader(new MemoryStream(bytes, header, bytes.Length - header), Encoding.UTF8);
        return Read(reader);
    }

    private static DecontaminationIndex Read(BinaryReader reader)
    {
        var options = new DecontaminationOptions
        {
            Words = reader.ReadInt32(),
            Ideographs = reader.ReadInt32(),
            TemplateItems = reader.ReadInt32(),
        };
        var tasks = new List<EvaluationTask>();
        int count = reader.ReadInt32();
        for (int i = 0; i < count; i++)
        {
            string name = reader.ReadString();
            int items = reader.ReadInt32();
            int shortItems = reader.ReadInt32();
            int runs = reader.ReadInt32();
            var hashes = new ulong[runs];
            var places = new int[runs];
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(hashes.AsSpan()));
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(places.AsSpan()));
            tasks.Add(new EvaluationTask(name, items, shortItems) { Hashes = hashes, Items = places });
        }

        return new DecontaminationIndex(options.Validated(), tasks);
    }
}
