using System.Buffers.Binary;
using System.Text;
using Puyu.Data.InternEvo;
using Puyu.Data.Mixing;

namespace Puyu.Data.Tests.Mixing;

/// <summary>Offsets beyond 2 GiB, in files with holes and in indexes alone.</summary>
public sealed class LargeOffsetTests : IDisposable
{
    private const long Beyond = (1L << 31) + 17;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void InternEvoFile_ReadsASampleBeyondTwoGibibytes()
    {
        string path = _folder.File("a.bin");
        using (FileStream stream = File.Create(path))
        {
            stream.Write("{\"tokens\": [1]}\n"u8);
            stream.Position = Beyond;
            stream.Write("{\"tokens\": [2, 3]}\n"u8);
        }

        using (FileStream stream = File.Create(path + ".meta"))
        {
            NpyTable.Write(stream, [(0, 1), (Beyond, 2)]);
        }

        using var file = new InternEvoFile(path, typeId: 0, minLength: 0, vocabSize: 9);
        int[] ids = [];
        file.Read(1, ref ids);

        Assert.Equal([2, 3], ids[..2]);
        Assert.Contains("<i8", File.ReadAllText(path + ".meta", Encoding.Latin1), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void MegatronIndex_PointsBeyondTwoGibibytes(int tokenBytes)
    {
        int[] lengths = [1 << 30, 1 << 30, 5];
        using var index = new MemoryStream();

        MegatronFile.WriteIndex(index, lengths, tokenBytes);

        const int Header = 9 + 8 + 1 + 8 + 8;
        ReadOnlySpan<byte> places = index.ToArray().AsSpan(Header + (4 * lengths.Length));
        Assert.Equal((long)tokenBytes << 30, BinaryPrimitives.ReadInt64LittleEndian(places[8..]));
        Assert.Equal((long)tokenBytes << 31, BinaryPrimitives.ReadInt64LittleEndian(places[16..]));
        Assert.Equal(Header + (20 * lengths.Length) + 8, index.Length);
    }

    [Fact]
    public void DatatroveIndex_EndsBeyondTwoGibitokens()
    {
        using var index = new MemoryStream();

        DatatroveFile.WriteIndex(index, [7, Beyond]);

        Assert.Equal(Beyond, BinaryPrimitives.ReadInt64LittleEndian(index.ToArray().AsSpan(8)));
    }

    [Theory]
    [InlineData(0, "0.00 T")]
    [InlineData(123, "123 T")]
    [InlineData(12_345, "12.3 kT")]
    [InlineData(1_234_567, "1.23 MT")]
    [InlineData(7_000_000_000, "7.00 GT")]
    public void DatatroveMetadata_HasARoundedCount(long tokens, string expected) =>
        Assert.Equal(expected, DatatroveFile.Rounded(tokens));
}
