using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Puyu.Data.Tokens;

namespace Puyu.Data.Tests.Mixing;

/// <summary>Reads the formats of tokens as their descriptions have them, without the code that writes them.</summary>
internal static class TokenReader
{
    /// <summary>The documents of all files of a folder, in the order of the files' names.</summary>
    public static int[][] ReadAll(string format, string folder)
    {
        string ending = format is "internevo" or "megatron" ? ".bin" : $".{format}";
        return
        [
            .. Directory.EnumerateFiles(folder, "*" + ending, SearchOption.AllDirectories)
                .OrderBy(Path.GetFileName, StringComparer.Ordinal)
                .SelectMany(path => Read(format, path)),
        ];
    }

    public static int[][] Read(string format, string path) => format switch
    {
        "tokens" => ReadTokens(path),
        "internevo" => ReadInternEvo(path),
        "ds" => ReadDatatrove(path),
        _ => ReadMegatron(path),
    };

    private static int[][] ReadTokens(string path)
    {
        using var data = TokenDataset.Open(path);
        data.Verify();
        return [.. Enumerable.Range(0, data.Documents).Select(document =>
        {
            int[] ids = new int[data.Length(document)];
            data.CopyTo(data.FirstToken(document), ids);
            return ids;
        })];
    }

    private static int[][] ReadInternEvo(string path)
    {
        byte[] text = File.ReadAllBytes(path);
        byte[] meta = File.ReadAllBytes(path + ".meta");
        string header = Encoding.ASCII.GetString(meta, 10, BinaryPrimitives.ReadUInt16LittleEndian(meta.AsSpan(8)));
        Assert.Contains("'descr': '<i4'", header, StringComparison.Ordinal);
        int[] table = [.. MemoryMarshal.Cast<byte, int>(meta.AsSpan(10 + header.Length))];
        Assert.Equal(text.AsSpan().Count((byte)'\n'), table.Length / 2);
        return [.. table.Chunk(2).Select(row =>
        {
            ReadOnlySpan<byte> line = text.AsSpan(row[0]);
            line = line[..line.IndexOf((byte)'\n')];
            int[] ids = JsonDocument.Parse(line.ToArray()).RootElement.GetProperty("tokens").Deserialize<int[]>()!;
            Assert.Equal(row[1], ids.Length);
            return ids;
        })];
    }

    private static int[][] ReadDatatrove(string path)
    {
        string[] metadata = File.ReadAllLines(path + ".metadata");
        int tokenBytes = int.Parse(metadata[0].Split('|')[1], CultureInfo.InvariantCulture);
        int[] ids = Ids(File.ReadAllBytes(path), tokenBytes);
        Assert.Equal(ids.Length.ToString(CultureInfo.InvariantCulture), metadata[1]);
        ulong[] ends = [.. MemoryMarshal.Cast<byte, ulong>(File.ReadAllBytes(path + ".index"))];
        Assert.Equal((ulong)ids.Length, ends[^1]);
        return [.. ends.Select((end, i) => ids[(i == 0 ? 0 : (int)ends[i - 1])..(int)end])];
    }

    private static int[][] ReadMegatron(string path)
    {
        using var index = new BinaryReader(File.OpenRead(Path.ChangeExtension(path, ".idx")));
        Assert.Equal("MMIDIDX\0\0"u8.ToArray(), index.ReadBytes(9));
        Assert.Equal(1ul, index.ReadUInt64());
        int tokenBytes = index.ReadByte() == 8 ? 2 : 4;
        int sequences = (int)index.ReadUInt64();
        int borders = (int)index.ReadUInt64();
        int[] lengths = [.. Enumerable.Range(0, sequences).Select(_ => index.ReadInt32())];
        long[] places = [.. Enumerable.Range(0, sequences).Select(_ => index.ReadInt64())];
        Assert.Equal(
            Enumerable.Range(0, sequences + 1), Enumerable.Range(0, borders).Select(_ => (int)index.ReadInt64()));
        Assert.Equal(index.BaseStream.Length, index.BaseStream.Position);
        int[] ids = Ids(File.ReadAllBytes(path), tokenBytes);
        Assert.Equal(ids.Length, lengths.Sum());
        return [.. places.Zip(lengths, (place, length) => ids.AsSpan((int)place / tokenBytes, length).ToArray())];
    }

    private static int[] Ids(byte[] bytes, int tokenBytes) => tokenBytes == 2
        ? [.. MemoryMarshal.Cast<byte, ushort>(bytes).ToArray().Select(id => (int)id)]
        : [.. MemoryMarshal.Cast<byte, int>(bytes)];
}
