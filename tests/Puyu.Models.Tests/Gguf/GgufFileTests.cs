using System.Buffers.Binary;
using Puyu.Models.Gguf;
using Puyu.Tensors;

namespace Puyu.Models.Tests.Gguf;

public sealed class GgufFileTests : IDisposable
{
    /// <summary>Behind the name of a matrix follow its rank, two dimensions of 8 bytes, type and offset.</summary>
    private const int RankAt = 0;
    private const int TypeAt = 20;

    private static readonly string[] _texts = ["x", "", "ž"];
    private static readonly int[] _numbers = [-1, 2];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ReadsWhatWriteWrote()
    {
        string path = WriteSample();

        using GgufFile file = GgufFile.Open(path);

        Assert.Equal("llama", file.Metadata.Text("general.architecture"));
        Assert.Equal(7, file.Metadata.Integer("a.count"));
        Assert.Equal(0.5, file.Metadata.Number("a.rate"));
        Assert.Equal(true, file.Metadata.Values["a.flag"]);
        Assert.DoesNotContain("a.texts", file.Metadata.Values.Keys);
        Assert.Equal([-1L, 2L], Assert.IsType<object[]>(file.Metadata.Values["a.numbers"]));
        GgufTensor matrix = file.Tensors["matrix"];
        Assert.Equal<Shape>([2, 32], matrix.Shape);
        Assert.Equal<Shape>([3], file.Tensors["vector"].Shape);
        Assert.Equal(Enumerable.Range(0, 36).Select(i => (byte)i), file.Bytes(matrix).ToArray());
        using var backend = new CpuBackend(threads: 1);
        using Scope scope = backend.BeginScope();
        Assert.Equal([1, 2, 3], file.ReadFloats(scope, file.Tensors["vector"], rowOf: null).Span<float>().ToArray());
        Assert.Equal([3, 1, 2], file.ReadFloats(scope, file.Tensors["vector"], rowOf: [2, 0, 1]).Span<float>().ToArray());
    }

    [Fact]
    public void Open_NamesFileAndOffset_WhereverAFileIsCutOff()
    {
        byte[] whole = File.ReadAllBytes(WriteSample());
        string path = _folder.File("cut.gguf");
        int end = whole.Length - 32 + 12;

        Assert.All(Enumerable.Range(0, end), length =>
        {
            File.WriteAllBytes(path, whole[..length]);
            InvalidDataException exception = Assert.Throws<InvalidDataException>(() => GgufFile.Open(path).Dispose());
            Assert.StartsWith($"{path}, offset ", exception.Message, StringComparison.Ordinal);
        });
    }

    [Theory]
    [InlineData(0, 0x21, "the file begins with 0x46554721, version 3")]
    [InlineData(4, 9, "version 9, but GGUF 2 or 3 is readable")]
    [InlineData(15, 0x7F, "tensors are announced but")]
    [InlineData(23, 0x7F, "keys are announced but")]
    [InlineData(31, 0x7F, "a string announces")]
    [InlineData(24 + 8 + 20, 77, "a value is of type 77")]
    [InlineData(32, 0xFF, "is not UTF-8")]
    public void Open_NamesTheRuleThatAByteBreaks(int offset, byte value, string rule)
    {
        byte[] bytes = File.ReadAllBytes(WriteSample());
        bytes[offset] = value;

        Assert.Contains(rule, FailureOf(bytes), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(RankAt, 1000u, "dimension")]
    [InlineData(RankAt + 4, 33u, "rows of Q4_0 are multiples of 32")]
    [InlineData(TypeAt, 99u, "is of type 99 but only F32, F16")]
    [InlineData(TypeAt + 4, 7u, "must be at a multiple of 32")]
    [InlineData(TypeAt + 4, 32u, "begins at")]
    [InlineData(TypeAt + 4, 1u << 20, "must be at a multiple of 32 inside the file")]
    public void Open_NamesTheTensorAtFault(int offset, uint value, string rule)
    {
        byte[] bytes = File.ReadAllBytes(WriteSample());
        int description = bytes.AsSpan().IndexOf("matrix"u8) + 6;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(description + offset), value);

        string failure = FailureOf(bytes);

        Assert.Contains("'matrix'", failure.Replace("'vector'", "'matrix'", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.Contains(rule, failure, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_LeavesNoFile_WhenATensorFails()
    {
        string path = _folder.File("bad.gguf");
        var tensor = new GgufOutput(
            "t", BlockFormat.Of(GgufType.F32), [2], _ => throw new IOException("the disk is full"));

        Assert.Throws<IOException>(() => GgufWriter.Write(path, [], [tensor]));

        Assert.Empty(Directory.GetFiles(_folder.Root));
    }

    private string FailureOf(byte[] bytes)
    {
        string path = _folder.File("bad.gguf");
        File.WriteAllBytes(path, bytes);
        return Assert.Throws<InvalidDataException>(() => GgufFile.Open(path).Dispose()).Message;
    }

    /// <summary>A matrix of two rows of Q4_0 and a vector of three F32, behind every kind of key.</summary>
    private string WriteSample()
    {
        string path = _folder.File("sample.gguf");
        GgufWriter.Write(
            path,
            [
                new("general.architecture", "llama"), new("a.count", 7u), new("a.rate", 0.5f), new("a.flag", true),
                new("a.texts", _texts), new("a.numbers", _numbers),
            ],
            [
                new GgufOutput("matrix", BlockFormat.Of(GgufType.Q40), [2, 32], stream =>
                    stream.Write([.. Enumerable.Range(0, 36).Select(i => (byte)i)])),
                new GgufOutput("vector", BlockFormat.Of(GgufType.F32), [3], stream =>
                    stream.Write(Enumerable.Range(1, 3).SelectMany(i => BitConverter.GetBytes((float)i)).ToArray())),
            ]);
        return path;
    }
}
