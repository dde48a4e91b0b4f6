using Puyu.Abstractions;
using Puyu.Models.Gguf;
using Puyu.Models.Quantized;
using Puyu.Models.Quantizing;
using Puyu.Models.Tests.Support;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Tests.Quantizing;

public sealed class QuantizerTests : IDisposable
{
    private const int Length = 32;

    private static readonly QuantScheme _fourBits = new() { GroupSize = 32 };

    private readonly TemporaryFolder _folder = new();
    private readonly CpuBackend _backend = new(threads: 2);

    public void Dispose()
    {
        _backend.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(SmallModels.Architectures), MemberType = typeof(SmallModels))]
    public void CalibrationBlocks_ComputeWhatTheDecoderDoes(ModelArchitecture architecture)
    {
        using Decoder decoder = Decoder.Create(SmallModels.Config(architecture), _backend);
        decoder.Initialize(seed: 3);
        using Scope scope = _backend.BeginScope();
        using var rope = new RopeTable(decoder.Config.Rope, decoder.Config.HeadDim, _backend);
        DecoderInput input = DecoderInput.From(scope, [3, 1, 4, 1, 5], [0, 1, 2, 3, 4], [0, 5]);
        Tensor x = scope.Embedding(decoder.Parameters["embedding.weight"].Value, input.TokenIds);
        for (int layer = 0; layer < decoder.Config.Layers; layer++)
        {
            x = new CalibrationBlock(scope, decoder, rope, layer).InputOf(scope, BlockStage.End, x, input);
        }

        Tensor hidden = scope.RmsNorm(x, decoder.Parameters["norm.weight"].Value, decoder.Config.RmsNormEpsilon);

        Assert.Equal(decoder.Forward(scope, input).Span<float>().ToArray(), hidden.Span<float>().ToArray());
    }

    [Theory]
    [InlineData(ModelArchitecture.Llama, 4)]
    [InlineData(ModelArchitecture.InternLm2, 4)]
    [InlineData(ModelArchitecture.InternLm2, 2)]
    [InlineData(ModelArchitecture.InternLm, 4)]
    public void Scale_LeavesTheBlockAsItIs(ModelArchitecture architecture, int kvHeads)
    {
        using Decoder decoder = TrainedLike(architecture, kvHeads);
        using Scope scope = _backend.BeginScope();
        using var rope = new RopeTable(decoder.Config.Rope, decoder.Config.HeadDim, _backend);
        var block = new CalibrationBlock(scope, decoder, rope, layer: 0);
        DecoderInput input = DecoderInput.From(
            scope, Text(Length, seed: 1), [.. Enumerable.Range(0, Length)], [0, Length]);
        Tensor x = scope.Embedding(decoder.Parameters["embedding.weight"].Value, input.TokenIds);
        float[] expected = block.InputOf(scope, BlockStage.End, x, input).Span<float>().ToArray();
        float[] weights = block.Qkv[0].Weight.Span<float>().ToArray();

        new BlockQuantizer(block, decoder.Config, new QuantizerOptions { Scheme = _fourBits })
            .Scale(scope, [new CalibrationSequence(input, x)]);

        float[] actual = block.InputOf(scope, BlockStage.End, x, input).Span<float>().ToArray();
        double largest = expected.Max(Math.Abs);
        Assert.NotEqual(weights, block.Qkv[0].Weight.Span<float>().ToArray());
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5 * largest));
    }

    [Fact]
    public void InverseFactor_IsTheFactorOfTheInverse()
    {
        const int N = 16;
        float[] rows = Numbers.Uniform(3 * N * N, seed: 4);
        double[] h = new double[N * N];
        for (int i = 0; i < h.Length; i++)
        {
            h[i] = Enumerable.Range(0, 3 * N).Sum(t => (double)rows[(t * N) + (i / N)] * rows[(t * N) + (i % N)]);
        }

        float[] upper = GptqRounding.InverseFactor([.. h], N);

        for (int i = 0; i < N; i++)
        {
            for (int j = 0; j < N; j++)
            {
                // (UᵀU) H = 1
                double product = Enumerable.Range(0, N).Sum(k => h[(k * N) + j] * Enumerable.Range(0, N).Sum(
                    m => (double)upper[(m * N) + i] * upper[(m * N) + k]));
                Assert.Equal(i == j ? 1 : 0, product, 1e-3);
                Assert.True(i <= j || upper[(i * N) + j] == 0);
            }
        }
    }

    [Theory]
    [InlineData(ModelArchitecture.InternLm2)]
    [InlineData(ModelArchitecture.Llama)]
    public void Quantize_LosesLessThanRoundingToNearest(ModelArchitecture architecture)
    {
        string source = Save(TrainedLike(architecture, kvHeads: 2));

        double nearest = ErrorOf(source, new QuantizerOptions { Method = QuantizerMethod.Nearest });
        double awq = ErrorOf(source, new QuantizerOptions { Method = QuantizerMethod.Awq });
        double gptq = ErrorOf(source, new QuantizerOptions { Method = QuantizerMethod.Gptq });

        Assert.True(awq < 0.8 * nearest, $"awq {awq:E2}, nearest {nearest:E2}");
        Assert.True(gptq < 0.8 * nearest, $"gptq {gptq:E2}, nearest {nearest:E2}");
    }

    /// <summary>
    /// Inputs without outliers are 1.5 times the median at most: no power of them is much better than plain rounding.
    /// </summary>
    [Theory]
    [InlineData(12, 2, 12)]
    [InlineData(1, 1, 2)]
    public void FindScales_SpreadsAsTheActivationsDo(float outlier, float leastSpread, float mostSpread)
    {
        using Decoder decoder = TrainedLike(ModelArchitecture.Llama, kvHeads: 4, outlier);
        using Scope scope = _backend.BeginScope();
        using var rope = new RopeTable(decoder.Config.Rope, decoder.Config.HeadDim, _backend);
        var block = new CalibrationBlock(scope, decoder, rope, layer: 0);
        DecoderInput input = DecoderInput.From(
            scope, Text(Length, seed: 1), [.. Enumerable.Range(0, Length)], [0, Length]);
        Tensor x = scope.Embedding(decoder.Parameters["embedding.weight"].Value, input.TokenIds);
        foreach (BlockStage stage in (ReadOnlySpan<BlockStage>)[BlockStage.Qkv, BlockStage.GateUp])
        {
            var activations = new Activations(block.Linears(stage)[0].Inputs, Length, keepsGram: false);
            activations.Add(scope, block.InputOf(scope, stage, x, input));

            float[] scales = new AwqSearch(_fourBits).FindScales(
                scope, block, stage, activations.Magnitudes, [new CalibrationSequence(input, x)]);

            Assert.InRange(scales.Max() / scales.Min(), leastSpread, mostSpread);
        }
    }

    [Fact]
    public void Quantize_InTheOrderOfActivations_LosesLessThanInThatOfTheInputs()
    {
        string source = Save(TrainedLike(ModelArchitecture.Llama, kvHeads: 2));
        var options = new QuantizerOptions { Method = QuantizerMethod.Gptq };

        double ordered = ErrorOf(source, options);
        double natural = ErrorOf(source, options with { OrdersByActivation = false });

        Assert.True(ordered < natural, $"ordered {ordered:E2}, natural {natural:E2}");
    }

    [Theory]
    [InlineData(QuantizerMethod.Awq, 4, "awq")]
    [InlineData(QuantizerMethod.Nearest, 8, "gptq")]
    [InlineData(QuantizerMethod.Gptq, 4, "gptq")]
    public void Quantize_WritesAFolder_ThatLoadsAndPredictsAsWell(QuantizerMethod method, int bits, string layout)
    {
        string source = Save(TrainedLike(ModelArchitecture.InternLm2, kvHeads: 2));
        File.WriteAllText(Path.Combine(source, "tokenizer.json"), "{}");
        var options = new QuantizerOptions
        {
            Method = method,
            Scheme = new QuantScheme { Bits = bits, GroupSize = 32, IsSymmetric = method == QuantizerMethod.Gptq },
            SequenceLength = Length,
        };

        QuantizerResult result = Quantize(source, "a", options);
        Quantize(source, "b", options);

        // A model of random weights knows nothing, so its perplexity is near the size of the vocabulary.
        Assert.InRange(result.PerplexityAfter / result.PerplexityBefore, 0.9, 1.1);
        Assert.Equal(Length - 1, result.HeldOutTokens);
        Assert.Equal(7 * Length, result.CalibrationTokens);
        Assert.Contains($"\"quant_method\": \"{layout}\"", File.ReadAllText(_folder.File("a", "config.json")), StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllBytes(_folder.File("a", "model.safetensors")),
            File.ReadAllBytes(_folder.File("b", "model.safetensors")));
        Assert.True(File.Exists(_folder.File("a", "tokenizer.json")));
        using Decoder decoder = DecoderFile.Load(_folder.File("a"), _backend);
        QuantScheme scheme = decoder.Parameters["layers.0.feed_forward.up.weight"].Packed!.Scheme;
        Assert.Equal((bits, options.Scheme.IsSymmetric), (scheme.Bits, scheme.IsSymmetric));
    }

    [Fact]
    public void Quantize_WritesGguf_OfScaledWeights()
    {
        string source = Save(TrainedLike(ModelArchitecture.InternLm2, kvHeads: 2));
        string target = _folder.File("model.gguf");
        var options = new QuantizerOptions
        {
            Scheme = _fourBits,
            SequenceLength = Length,
            Gguf = new GgufOptions { Type = GgufType.Q40 },
        };

        QuantizerResult result = Quantizer.Quantize(source, target, Text(8 * Length, seed: 1), options, _backend);

        Assert.InRange(result.PerplexityAfter / result.PerplexityBefore, 0.9, 1.1);
    }

    [Fact]
    public void Validated_ListsEverythingWrong()
    {
        var options = new QuantizerOptions
        {
            Method = QuantizerMethod.Gptq,
            Scheme = new QuantScheme { GroupSize = 48 },
            Damping = 0,
            SequenceLength = 100,
            Gguf = new GgufOptions { Type = GgufType.F32 },
        };

        OptionsException exception = Assert.Throws<OptionsException>(
            () => options.Validated(SmallModels.Config(ModelArchitecture.Llama), tokens: 150));

        Assert.Equal(
            """
            QuantizerOptions has 5 problems:
              - Scheme.GroupSize is 48 but must be 32, 64 or 128
              - Damping is 0 but must be between 0 and 1
              - SequenceLength is 100 but must be from 2 to MaxPositions, which is 64
              - tokens is 150 but must be at least two sequences of 100: one is held out
              - Method is Gptq but must be Nearest or Awq for GGUF, which rounds on a grid of its own
            """,
            exception.Message);
    }

    private QuantizerResult Quantize(string source, string target, QuantizerOptions options) =>
        Quantizer.Quantize(source, _folder.File(target), Text(8 * Length, seed: 1), options, _backend);

    /// <summary>Mean square error of the logits on other text, computed from the weights that the codes stand for.</summary>
    private double ErrorOf(string source, QuantizerOptions options)
    {
        string target = $"{options.Method}-{options.OrdersByActivation}";
        Quantize(source, target, options with { Scheme = _fourBits, SequenceLength = Length });
        using Decoder original = Decoder.Load(source, _backend);
        using FolderWeights weights = FolderWeights.Open(_folder.File(target));
        using Decoder dequantized = Decoder.Create(weights.Config, _backend);
        using Scope scope = _backend.BeginScope();
        foreach (Parameter parameter in dequantized.Parameters)
        {
            StoredWeight stored = weights.Read(scope, parameter);
            stored.Codes?.Dequantize(parameter.Value.Span<float>());
            stored.Floats?.Span<float>().CopyTo(parameter.Value.Span<float>());
        }

        return Hidden(original).Zip(Hidden(dequantized), (a, b) => Math.Pow((double)a - b, 2)).Average();
    }

    private float[] Hidden(Decoder decoder)
    {
        using Scope scope = _backend.BeginScope();
        const int Tokens = 4 * Length;
        DecoderInput input = DecoderInput.From(
            scope, Text(Tokens, seed: 2), [.. Enumerable.Range(0, Tokens).Select(i => i % Length)],
            [.. Enumerable.Range(0, 5).Select(i => i * Length)]);
        return decoder.Forward(scope, input).Span<float>().ToArray();
    }

    private string Save(Decoder decoder)
    {
        using (decoder)
        {
            string path = _folder.File("source");
            ModelFolder.Save(decoder, path, DType.F32);
            return path;
        }
    }

    /// <summary>
    /// A model with what training leaves behind and rounding suffers from: embeddings near a space of few dimensions,
    /// and a few channels that norms raise far above the others.
    /// </summary>
    private Decoder TrainedLike(ModelArchitecture architecture, int kvHeads, float outlier = 12)
    {
        const int Rank = 12;
        ModelConfig config = SmallModels.Config(architecture) with
        {
            HiddenSize = 64,
            IntermediateSize = 128,
            Layers = 1,
            KvHeads = kvHeads,
        };
        Decoder decoder = Decoder.Create(config, _backend);
        decoder.Initialize(seed: 3);
        float[] basis = Numbers.Uniform(Rank * config.HiddenSize, seed: 4);
        float[] mixture = Numbers.Uniform(config.VocabSize * Rank, seed: 5);
        Span<float> embedding = decoder.Parameters["embedding.weight"].Value.Span<float>();
        for (int i = 0; i < embedding.Length; i++)
        {
            (int token, int d) = (i / config.HiddenSize, i % config.HiddenSize);
            for (int r = 0; r < Rank; r++)
            {
                embedding[i] += mixture[(token * Rank) + r] * basis[(r * config.HiddenSize) + d];
            }
        }

        foreach (Parameter norm in decoder.Parameters.Where(parameter => parameter.Group == ParameterGroup.Norm))
        {
            foreach (int channel in (ReadOnlySpan<int>)[3, 17, 40])
            {
                norm.Value.Span<float>()[channel] = outlier;
            }
        }

        foreach (Parameter matrix in decoder.Parameters.Where(parameter => parameter.Group == ParameterGroup.Matrix))
        {
            foreach (ref float weight in matrix.Value.Span<float>())
            {
                weight *= 4;
            }
        }

        return decoder;
    }

    private static int[] Text(int tokens, ulong seed)
    {
        var random = new CounterRandom(seed, stream: 9);
        int[] ids = new int[tokens];
        for (int i = 0; i < ids.Length; i++)
        {
            ids[i] = random.NextInt32(50);
        }

        return ids;
    }
}
