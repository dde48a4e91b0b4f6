using Puyu.Models.Gguf;
using Puyu.Models.Tests.Support;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Tests;

public sealed class DecoderFileTests : IDisposable
{
    private static readonly QuantScheme _eightBits = new() { Bits = 8, GroupSize = 32, IsSymmetric = true };

    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(threads: 1);

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Load_KeepsRealNumbers_UnlessToldOtherwise()
    {
        string path = WriteFolder();

        using Decoder expected = Decoder.Load(path, _backend);
        using Decoder actual = DecoderFile.Load(path, _backend);

        Assert.Equal(SmallModels.Logits(expected), SmallModels.Logits(actual));
        Assert.All(actual.Parameters, parameter => Assert.Null(parameter.Packed));
    }

    [Fact]
    public void Load_RoundsMatricesAndOutput_ByTheirSchemes()
    {
        string path = WriteFolder();
        var options = new WeightsOptions { Matrices = new QuantScheme { GroupSize = 32 }, Output = _eightBits };

        using Decoder decoder = DecoderFile.Load(path, _backend, options);

        Assert.Equal(4, decoder.Parameters["layers.0.attention.output.weight"].Packed!.Scheme.Bits);
        Assert.Equal(8, decoder.Parameters["output.weight"].Packed!.Scheme.Bits);
        Assert.Null(decoder.Parameters["embedding.weight"].Packed);
    }

    [Fact]
    public void Load_ReadsTheCache_TheSecondTime()
    {
        string path = WriteFolder();
        WeightsOptions options = Cached(_eightBits);
        using Decoder uncached = DecoderFile.Load(path, _backend, options with { CacheFolder = null });
        float[] expected = SmallModels.Logits(uncached);

        using (Decoder first = DecoderFile.Load(path, _backend, options))
        {
            Assert.Equal(expected, SmallModels.Logits(first));
        }

        string file = Assert.Single(Directory.GetFiles(options.CacheFolder!));
        DateTime written = File.GetLastWriteTimeUtc(file);
        using Decoder second = DecoderFile.Load(path, _backend, options, Assert.Fail);
        Assert.Equal(expected, SmallModels.Logits(second));
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));
        Assert.False(second.Parameters["layers.0.attention.output.weight"].Packed!.IsOwn);
    }

    [Fact]
    public void Load_MakesAnotherCache_ForOtherOptionsOrWeights()
    {
        string path = WriteFolder();
        WeightsOptions options = Cached(_eightBits);
        DecoderFile.Load(path, _backend, options).Dispose();
        DecoderFile.Load(path, _backend, options with { Matrices = new QuantScheme { GroupSize = 32 } }).Dispose();

        WriteFolder(seed: 9);
        DecoderFile.Load(path, _backend, options).Dispose();

        Assert.Equal(3, Directory.GetFiles(options.CacheFolder!).Length);
    }

    [Theory]
    [InlineData(-1, "checksum")]
    [InlineData(-57, "checksum")]
    [InlineData(-56, "does not end in its table")]
    [InlineData(0, "packed weights")]
    public void Load_ReportsADamagedCache_AndMakesItAnew(int place, string problem)
    {
        string path = WriteFolder();
        WeightsOptions options = Cached(_eightBits);
        DecoderFile.Load(path, _backend, options).Dispose();
        string file = Assert.Single(Directory.GetFiles(options.CacheFolder!));
        byte[] bytes = File.ReadAllBytes(file);
        bytes[place < 0 ? bytes.Length + place : place] ^= 0x55;
        File.WriteAllBytes(file, bytes);
        var reports = new List<string>();

        DecoderFile.Load(path, _backend, options, reports.Add).Dispose();
        DecoderFile.Load(path, _backend, options, Assert.Fail).Dispose();

        string report = Assert.Single(reports);
        Assert.Contains("is damaged and will be made anew", report, StringComparison.Ordinal);
        Assert.Contains(problem, report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GgufType.Q40)]
    [InlineData(GgufType.Q4K)]
    [InlineData(GgufType.Q5K)]
    [InlineData(GgufType.Q6K)]
    [InlineData(GgufType.Q80)]
    public void Load_OfGguf_GivesTheLogitsOfItsDequantizedWeights(GgufType type)
    {
        ModelConfig config = SmallModels.Config(ModelArchitecture.InternLm2) with
        {
            HiddenSize = 256,
            IntermediateSize = 512,
            Layers = 1,
        };
        using Decoder decoder = Decoder.Create(config, _backend);
        decoder.Initialize(seed: 5);
        string path = _folder.File("model.gguf");
        GgufModel.Save(decoder, path, new GgufOptions { Type = type });
        using Decoder packed = DecoderFile.Load(path, _backend);
        using Decoder dequantized = Dequantize(path);

        float[] expected = SmallModels.Logits(dequantized);
        float[] actual = SmallModels.Logits(packed);

        // Seven maps and the output, each off by 0.7 % at most: see QuantizedFolderTests.
        double scale = Math.Sqrt(expected.Average(logit => (double)logit * logit));
        double error = Math.Sqrt(expected.Zip(actual, (a, b) => Math.Pow((double)a - b, 2)).Average());
        Assert.True(error < 0.05 * scale, $"{error:E2} of {scale:E2}");
        Assert.All(
            packed.Parameters.Where(parameter => parameter.Shape.Rank == 2),
            parameter => Assert.NotNull(parameter.Packed));
    }

    [Fact]
    public void Load_NamesTheParameter_WhoseScaleIsNotFinite()
    {
        string path = _folder.File("model.gguf");
        RandomModel.WriteGguf(path, ModelShapes.Of("tiny"), seed: 1, tokenizer: []);
        byte[] bytes = File.ReadAllBytes(path);
        using (GgufFile file = GgufFile.Open(path))
        {
            BitConverter.TryWriteBytes(
                bytes.AsSpan((int)file.Tensors["blk.1.ffn_up.weight"].FirstByte), Half.PositiveInfinity);
        }

        File.WriteAllBytes(path, bytes);

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => DecoderFile.Load(path, _backend));

        Assert.StartsWith($"{path}: layers.1.feed_forward.up.weight: ", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FindsASingleGgufInAFolder()
    {
        RandomModel.WriteGguf(_folder.File("model.gguf"), ModelShapes.Of("tiny"), seed: 1, tokenizer: []);

        using Decoder decoder = DecoderFile.Load(_folder.Root, _backend);

        Assert.Equal(1024, decoder.Config.VocabSize);
        Assert.Equal(decoder.Config.HiddenSize, DecoderFile.ReadConfig(_folder.Root).HiddenSize);
    }

    [Fact]
    public void Load_NamesAModelThatIsNotThere() => Assert.Contains(
        "'nowhere.gguf' is the model to open but does not exist",
        Assert.Throws<FileNotFoundException>(() => DecoderFile.Load("nowhere.gguf", _backend)).Message,
        StringComparison.Ordinal);

    private WeightsOptions Cached(QuantScheme scheme) => new()
    {
        Matrices = scheme,
        Output = scheme,
        CacheFolder = _folder.File("cache"),
    };

    private string WriteFolder(ulong seed = 3)
    {
        using Decoder decoder = Decoder.Create(SmallModels.Config(ModelArchitecture.InternLm2), _backend);
        decoder.Initialize(seed);
        string path = _folder.File("model");
        ModelFolder.Save(decoder, path);
        return path;
    }

    /// <summary>The same model with the weights that its codes stand for.</summary>
    private Decoder Dequantize(string path)
    {
        using GgufWeights weights = GgufWeights.Open(path);
        Decoder decoder = Decoder.Create(weights.Config, _backend);
        using Scope scope = _backend.BeginScope();
        foreach (Parameter parameter in decoder.Parameters)
        {
            var stored = weights.Read(scope, parameter);
            stored.Codes?.Dequantize(parameter.Value.Span<float>());
            stored.Floats?.Span<float>().CopyTo(parameter.Value.Span<float>());
        }

        return decoder;
    }
}
