using System.Buffers.Binary;
using System.Text;
using Puyu.Abstractions;
using Puyu.Tensors.Safetensors;

namespace Puyu.Tensors.Tests.Safetensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(threads: 1);

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Load_ReturnsWhatWasWritten_ForEveryStorageType()
    {
        using Scope scope = _backend.BeginScope();
        var tensors = new Dictionary<string, Tensor>
        {
            ["float"] = scope.From<float>([1, -2.5f, float.NaN], [3]),
            ["bfloat"] = scope.From<BFloat16>([(BFloat16)1.5f, (BFloat16)(-3f), default], [3, 1]),
            ["half"] = scope.From<Half>([(Half)0.25f], [1, 1, 1]),
            ["int"] = scope.From<int>([int.MinValue, 7], [2]),
            ["long"] = scope.From<long>([long.MaxValue], []),
            ["byte"] = scope.From<byte>([1, 2, 255], [3]),
            ["sbyte"] = scope.From<sbyte>([-128], [1]),
            ["empty"] = scope.Empty([0, 5]),
        };

        using SafetensorsFile file = Write(tensors);

        Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), file.Entries.Keys);
        Assert.Equal(tensors["float"].Span<float>().ToArray(), file.Load(scope, "float").Span<float>().ToArray());
        Assert.Equal(tensors["bfloat"].Span<BFloat16>().ToArray(), file.Load(scope, "bfloat").Span<BFloat16>().ToArray());
        Assert.Equal(tensors["half"].Span<Half>().ToArray(), file.Load(scope, "half").Span<Half>().ToArray());
        Assert.Equal(tensors["int"].Span<int>().ToArray(), file.Load(scope, "int").Span<int>().ToArray());
        Assert.Equal(tensors["long"].Span<long>().ToArray(), file.Load(scope, "long").Span<long>().ToArray());
        Assert.Equal(tensors["byte"].Span<byte>().ToArray(), file.Load(scope, "byte").Span<byte>().ToArray());
        Assert.Equal(tensors["sbyte"].Span<sbyte>().ToArray(), file.Load(scope, "sbyte").Span<sbyte>().ToArray());
        Assert.Equal([0, 5], file.Load(scope, "empty").Shape);
        Assert.Equal([3, 1], file.Load(scope, "bfloat").Shape);
    }

    [Fact]
    public void Load_TakesNoMemoryOfTheBackend()
    {
        using Scope scope = _backend.BeginScope();
        using SafetensorsFile file = Write(new() { ["weight"] = scope.From<float>(Numbers.Uniform(1000, seed: 1), [10, 100]) });
        long before = _backend.Memory.LiveBytes;

        Tensor weight = file.Load(scope, "weight");

        Assert.Equal(Numbers.Uniform(1000, seed: 1), weight.Span<float>().ToArray());
        Assert.Equal(before, _backend.Memory.LiveBytes);
    }

    [Fact]
    public void Load_CopiesWhatTheFileDoesNotAlign()
    {
        string path = WriteRaw("""{"byte":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"x":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}""",
            [9, 0, 0, 128, 63]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        using Scope scope = _backend.BeginScope();

        Assert.Equal([1f], file.Load(scope, "x").Span<float>().ToArray());
    }

    [Fact]
    public void Write_GivesTheSameBytes_WhateverTheOrderOfTheTensors()
    {
        using Scope scope = _backend.BeginScope();
        Tensor a = scope.From<byte>([1], [1]);
        Tensor b = scope.From<float>([2], [1]);
        var options = new SafetensorsOptions { Metadata = new Dictionary<string, string> { ["format"] = "pt" } };

        SafetensorsWriter.Write(_folder.File("1"), new Dictionary<string, Tensor> { ["a"] = a, ["b"] = b }, options);
        SafetensorsWriter.Write(_folder.File("2"), new Dictionary<string, Tensor> { ["b"] = b, ["a"] = a }, options);

        byte[] bytes = File.ReadAllBytes(_folder.File("1"));
        Assert.Equal(bytes, File.ReadAllBytes(_folder.File("2")));
        Assert.Equal(0, (8 + BinaryPrimitives.ReadInt64LittleEndian(bytes)) % 64);
        using SafetensorsFile file = SafetensorsFile.Open(_folder.File("1"));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(0, file.Entries["b"].FirstByte % 4);
    }

    [Fact]
    public void Write_CastsRealNumbersOnly()
    {
        using Scope scope = _backend.BeginScope();
        float[] numbers = Numbers.Uniform(1000, seed: 1);
        var tensors = new Dictionary<string, Tensor>
        {
            ["x"] = scope.From<float>(numbers, [1000]),
            ["ids"] = scope.From<int>([3], [1]),
        };

        SafetensorsWriter.Write(_folder.File("cast"), tensors, new SafetensorsOptions { Floats = DType.BF16 });

        using SafetensorsFile file = SafetensorsFile.Open(_folder.File("cast"));
        Assert.Equal(numbers.Select(x => (BFloat16)x), file.Load(scope, "x").Span<BFloat16>().ToArray());
        Assert.Equal([3], file.Load(scope, "ids").Span<int>().ToArray());
    }

    public static TheoryData<string, int, string> Hostile => new()
    {
        { "[]", 0, "the header is a JSON Array but must be an object" },
        { "{\"x\":", 0, "the header is not JSON" },
        { "{\"\\ud800\":1}", 0, "not Unicode" },
        { Entry("F32", "[1]", "[0,4]"), 3, "tensor 'x' has data_offsets [0, 4] but they must ascend and lie in the 3 data bytes" },
        { Entry("F32", "[1]", "[4,0]"), 4, "tensor 'x' has data_offsets [4, 0]" },
        { Entry("F32", "[1]", "[0,9223372036854775807]"), 4, "must ascend and lie in the 4 data bytes" },
        { Entry("F32", "[1]", "[0,99999999999999999999]"), 4, "tensor 'x' has 99999999999999999999 in data_offsets" },
        { Entry("F32", "[2]", "[0,4]"), 4, "tensor 'x' is F32 [2] but its data_offsets hold 4 bytes" },
        { Entry("F32", "[-1]", "[0,4]"), 4, "tensor 'x' has -1 in shape but each must be an integer from 0 on" },
        { Entry("F32", "[1.5]", "[0,4]"), 4, "tensor 'x' has 1.5 in shape" },
        { Entry("F32", "[2147483647,2147483647,2147483647,2147483647]", "[0,4]"), 4, "but its data_offsets hold 4 bytes" },
        { Entry("F32", "[4294967296,4294967296]", "[0,0]"), 0, "at most 4 dimensions below 2³¹" },
        { Entry("F32", "[1,1,1,1,1]", "[0,4]"), 4, "at most 4 dimensions" },
        { Entry("F8_E4M3", "[4]", "[0,4]"), 4, "tensor 'x' has dtype F8_E4M3 but only BF16, F16, F32, I32, I64, I8, U8 are supported" },
        { Entry("U8", "[4]", "[0,4]"), 6, "the tensors end here but the file has" },
        { Entry("U8", "[2]", "[1,3]"), 3, "tensor 'x' leaves a gap before it" },
        { "{\"x\":" + Value("U8", "[2]", "[0,2]") + ",\"y\":" + Value("U8", "[2]", "[1,3]") + "}", 3, "tensor 'y' overlaps the tensor before it" },
        { "{\"x\":" + Value("U8", "[1]", "[0,1]") + ",\"x\":" + Value("U8", "[1]", "[0,1]") + "}", 1, "tensor 'x' is in the header twice" },
        { "{\"x\":{\"dtype\":\"U8\",\"shape\":[1]}}", 1, "tensor 'x' must have dtype, shape and two data_offsets" },
        { "{\"x\":{\"dtype\":3,\"shape\":[1],\"data_offsets\":[0,1]}}", 1, "tensor 'x' has 'dtype' of kind Number" },
        { "{\"x\":7}", 0, "tensor 'x' is a JSON Number but must be an object" },
        { "{\"__metadata__\":{\"a\":1}}", 0, "__metadata__.a is a JSON Number but must be a string" },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Open_NamesTheRuleThatAFileBreaks(string header, int dataBytes, string rule)
    {
        string path = WriteRaw(header, new byte[dataBytes]);

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path));

        Assert.StartsWith($"{path}, offset ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(rule, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 }, "the file has 3 bytes but must have at least 8")]
    [InlineData(new byte[] { 100, 0, 0, 0, 0, 0, 0, 0, 123, 125 }, "the header length is 100 but must be")]
    [InlineData(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255, 123, 125 }, "the header length is 18446744073709551615 but")]
    [InlineData(new byte[] { 2, 0, 0, 0, 0, 0, 0, 0, 255, 255 }, "the header is not UTF-8")]
    public void Open_RefusesALengthThatTheFileCannotHold(byte[] bytes, string rule)
    {
        string path = _folder.File("bytes");
        File.WriteAllBytes(path, bytes);

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => SafetensorsFile.Open(path));

        Assert.Contains(rule, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_SurvivesRandomCorruption_WithoutLargeAllocations()
    {
        using Scope scope = _backend.BeginScope();
        Write(new()
        {
            ["a"] = scope.From<float>(Numbers.Uniform(12, seed: 1), [3, 4]),
            ["b"] = scope.From<byte>([1, 2, 3], [3]),
        }).Dispose();
        byte[] sound = File.ReadAllBytes(_folder.File("file"));
        var random = new CounterRandom(seed: 7);
        int refused = 0;

        for (int round = 0; round < 2000; round++)
        {
            byte[] corrupt = Corrupt(sound, ref random);
            File.WriteAllBytes(_folder.File("corrupt"), corrupt);
            long before = GC.GetAllocatedBytesForCurrentThread();
            refused += IsRefused(_folder.File("corrupt"), scope) ? 1 : 0;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }

        Assert.InRange(refused, 1000, 1999);
    }

    private static byte[] Corrupt(byte[] sound, ref CounterRandom random)
    {
        byte[] bytes = [.. sound];
        int edits = 1 + random.NextInt32(3);
        for (int edit = 0; edit < edits; edit++)
        {
            // Half of the edits put a digit or a bracket where one may stand: they pass as JSON more often.
            int place = random.NextInt32(bytes.Length);
            bytes[place] = random.NextInt32(2) == 0
                ? (byte)random.NextUInt32() : (byte)"0123456789[]{}-.e,\" "[random.NextInt32(20)];
        }

        return random.NextInt32(4) == 0 ? bytes[..random.NextInt32(bytes.Length)] : bytes;
    }

    /// <summary>Whether a file is refused as it must be; every element of an accepted one is read.</summary>
    private static bool IsRefused(string path, Scope scope)
    {
        Exception? exception = Record.Exception(() =>
        {
            using SafetensorsFile file = SafetensorsFile.Open(path);
            using Scope inner = scope.Begin();
            Assert.All(file.Entries.Values, entry =>
            {
                Tensor tensor = file.Load(inner, entry.Name);
                Assert.Equal(entry.Bytes, tensor.Bytes);
                if (tensor.DType == DType.U8)
                {
                    _ = tensor.Span<byte>().IndexOf((byte)77);
                }
            });
        });

        Assert.True(exception is null or InvalidDataException, $"{exception}");
        return exception is not null;
    }

    private static string Entry(string dtype, string shape, string offsets) =>
        "{\"x\":" + Value(dtype, shape, offsets) + "}";

    private static string Value(string dtype, string shape, string offsets) =>
        $$"""{"dtype":"{{dtype}}","shape":{{shape}},"data_offsets":{{offsets}}}""";

    private SafetensorsFile Write(Dictionary<string, Tensor> tensors)
    {
        SafetensorsWriter.Write(_folder.File("file"), tensors, new SafetensorsOptions());
        return SafetensorsFile.Open(_folder.File("file"));
    }

    private string WriteRaw(string header, byte[] data)
    {
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        string path = _folder.File("raw");
        File.WriteAllBytes(path, [.. length, .. json, .. data]);
        return path;
    }
}
