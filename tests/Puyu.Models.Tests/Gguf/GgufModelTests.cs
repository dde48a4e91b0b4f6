using Puyu.Abstractions;
using Puyu.Models.Gguf;
using Puyu.Models.Quantized;
using Puyu.Models.Tests.Support;
using Puyu.Tensors;

namespace Puyu.Models.Tests.Gguf;

public sealed class GgufModelTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(threads: 1);

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(SmallModels.Architectures), MemberType = typeof(SmallModels))]
    public void Save_WritesAModel_ThatGivesTheSameLogits(ModelArchitecture architecture)
    {
        using Decoder decoder = Make(SmallModels.Config(architecture));
        string path = _folder.File("model.gguf");

        GgufModel.Save(decoder, path, new GgufOptions { Type = GgufType.F32 });

        using Decoder read = Open(path);
        float[] expected = SmallModels.Logits(decoder);
        double largest = expected.Max(Math.Abs);
        Assert.All(expected.Zip(SmallModels.Logits(read)), pair => Assert.Equal(pair.First, pair.Second, 1e-6 * largest));
        Assert.Equal(decoder.Config.EosTokenIds, read.Config.EosTokenIds);
        Assert.Equal(decoder.Config.BosTokenId, read.Config.BosTokenId);
        Assert.Equal(decoder.Config.TiesEmbeddings, read.Config.TiesEmbeddings);
        Assert.Equal(
            architecture is ModelArchitecture.InternLm2 or ModelArchitecture.InternLm3 or ModelArchitecture.Qwen2
                ? architecture
                : ModelArchitecture.Llama,
            read.Config.Architecture);
    }

    [Theory]
    [InlineData(GgufType.F16, 2e-3)]
    [InlineData(GgufType.BF16, 2e-2)]
    public void Save_WritesTheStorageType(GgufType type, double tolerance)
    {
        using Decoder decoder = Make(SmallModels.Config(ModelArchitecture.InternLm2));
        string path = _folder.File("model.gguf");

        GgufModel.Save(decoder, path, new GgufOptions { Type = type });

        using Decoder read = Open(path);
        float[] expected = SmallModels.Logits(decoder);
        Assert.Equal(BlockFormat.Of(type).FloatType, read.Parameters["layers.1.attention.key.weight"].DType);
        Assert.Equal(DType.F32, read.Parameters["layers.1.attention_norm.weight"].DType);
        Assert.All(
            expected.Zip(SmallModels.Logits(read)),
            pair => Assert.Equal(pair.First, pair.Second, tolerance * expected.Max(Math.Abs)));
    }

    [Theory]
    [InlineData(GgufType.Q40, 4)]
    [InlineData(GgufType.Q80, 8)]
    [InlineData(GgufType.Q4K, 4)]
    [InlineData(GgufType.Q6K, 8)]
    public void Save_RoundsMatrices_ToCodesThatReadBack(GgufType type, int bits)
    {
        using Decoder decoder = Make(BlockSized(ModelArchitecture.InternLm2));
        string path = _folder.File("model.gguf");

        GgufModel.Save(decoder, path, new GgufOptions { Type = type });

        using GgufWeights weights = GgufWeights.Open(path);
        using Scope scope = _backend.BeginScope();
        Parameter down = ParameterTable.Of(weights.Config)["layers.0.feed_forward.down.weight"];
        StoredWeight stored = weights.Read(scope, down);
        float[] dequantized = new float[down.Count];
        stored.Codes!.Dequantize(dequantized);
        float[] original = decoder.Parameters[down.Name].Value.Span<float>().ToArray();
        Assert.Equal(bits, stored.Codes.Scheme.Bits);
        double largest = original.Max(Math.Abs);
        Assert.All(
            original.Zip(dequantized),
            pair => Assert.Equal(pair.First, pair.Second, largest / (type == GgufType.Q80 ? 127 : 7)));
    }

    [Fact]
    public void Save_OfAFolder_RefusesAnInternLm2WhoseQueryKeyAndValueAreApart()
    {
        using Decoder decoder = Make(SmallModels.Config(ModelArchitecture.InternLm2));
        string path = _folder.File("model.gguf");
        GgufModel.Save(decoder, path, new GgufOptions { Type = GgufType.F32 });
        using Decoder read = Open(path);

        NotSupportedException exception = Assert.Throws<NotSupportedException>(
            () => read.Config.Save(_folder.Root, DType.F32));

        Assert.Contains("query, key and value are apart", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Save_RefusesRowsThatAreNoWholeBlocks()
    {
        using Decoder decoder = Make(SmallModels.Config(ModelArchitecture.Llama));

        OptionsException exception = Assert.Throws<OptionsException>(
            () => GgufModel.Save(decoder, _folder.File("model.gguf"), new GgufOptions { Type = GgufType.Q4K }));

        Assert.Contains(
            "Type is Q4K but needs rows of a multiple of 256, and HiddenSize is 24", exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Open_NamesTensorsThatAreMissing()
    {
        using Decoder decoder = Make(SmallModels.Config(ModelArchitecture.Llama));
        string path = _folder.File("model.gguf");
        ParameterTable parameters = decoder.Parameters;
        GgufWriter.Write(
            path, GgufModel.Keys(decoder.Config, new GgufOptions { Type = GgufType.F32 }),
            [
                new GgufOutput("token_embd.weight", BlockFormat.Of(GgufType.F32), parameters["embedding.weight"].Shape,
                    stream => stream.Write(new byte[parameters["embedding.weight"].Count * 4])),
                new GgufOutput("surprise", BlockFormat.Of(GgufType.F32), [1], stream => stream.Write(new byte[4])),
            ]);

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => GgufWeights.Open(path));

        Assert.Contains("lacks 19 tensors of its configuration (blk.0.attn_norm.weight, ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("and has 1 others (surprise)", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteGguf_WritesRandomWeightsOfTheRightSpread()
    {
        string path = _folder.File("random.gguf");
        ModelConfig shape = ModelShapes.Of("tiny");

        RandomModel.WriteGguf(path, shape, seed: 3, tokenizer: []);
        byte[] first = File.ReadAllBytes(path);
        RandomModel.WriteGguf(path, shape, seed: 3, tokenizer: []);

        Assert.Equal(first, File.ReadAllBytes(path));
        using GgufWeights weights = GgufWeights.Open(path);
        using Scope scope = _backend.BeginScope();
        foreach ((string name, double deviation) in (ReadOnlySpan<(string, double)>)
            [("layers.1.attention.query.weight", 0.02), ("layers.1.feed_forward.down.weight", 0.02 / Math.Sqrt(8))])
        {
            Parameter parameter = ParameterTable.Of(weights.Config)[name];
            float[] numbers = new float[parameter.Count];
            weights.Read(scope, parameter).Codes!.Dequantize(numbers);
            Assert.Equal(0, numbers.Average(), deviation / 50);
            Assert.Equal(deviation, Math.Sqrt(numbers.Average(number => number * number)), deviation / 50);
        }
    }

    private static ModelConfig BlockSized(ModelArchitecture architecture) => SmallModels.Config(architecture) with
    {
        HiddenSize = 256,
        IntermediateSize = 512,
        Layers = 1,
    };

    private Decoder Make(ModelConfig config)
    {
        Decoder decoder = Decoder.Create(config, _backend);
        decoder.Initialize(seed: 11);
        return decoder;
    }

    private Decoder Open(string path)
    {
        GgufWeights weights = GgufWeights.Open(path);
        return Decoder.Create(
            weights.Config, _backend, (scope, parameter) => parameter.Attach(weights.Read(scope, parameter).Floats!), weights);
    }
}
