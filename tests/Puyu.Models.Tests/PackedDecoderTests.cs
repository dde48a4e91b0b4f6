using Puyu.Models.Tests.Support;
using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Tests;

public sealed class PackedDecoderTests : IDisposable
{
    private static readonly int[] _tokenIds = [3, 14, 15, 9, 26, 5, 35, 8, 9, 7, 9];
    private static readonly int[] _positionIds = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5];
    private static readonly int[] _cuSeqLens = [0, 5, 11];
    private static readonly QuantScheme _scheme = new() { Bits = 8, GroupSize = 16 };

    private readonly CpuBackend _backend = new(threads: 2);

    public void Dispose() => _backend.Dispose();

    [Theory]
    [MemberData(nameof(SmallModels.Architectures), MemberType = typeof(SmallModels))]
    public void Logits_AreNearThoseOfTheWeightsThatCodesStandFor(ModelArchitecture architecture)
    {
        using Decoder original = Original(architecture);
        using Decoder packed = Packed(original, _scheme);
        using Decoder rounded = Rounded(packed);
        using Scope scope = _backend.BeginScope();

        float[] expected = Logits(scope, rounded);
        float[] actual = Logits(scope, packed);

        // Activations of 8 bits: a percent of the logits' size through two layers.
        double size = Math.Sqrt(expected.Average(logit => (double)logit * logit));
        double error = Math.Sqrt(expected.Zip(actual, (e, a) => (double)(e - a) * (e - a)).Average());
        Assert.InRange(error, 1e-5 * size, 0.02 * size);
    }

    [Theory]
    [InlineData(ModelArchitecture.InternLm2)]
    [InlineData(ModelArchitecture.Qwen2)]
    public void Logits_OfASequence_DoNotDependOnItsNeighbours(ModelArchitecture architecture)
    {
        using Decoder original = Original(architecture);
        using Decoder packed = Packed(original, _scheme with { Bits = 4 });
        using Scope scope = _backend.BeginScope();

        float[] together = Logits(scope, packed);
        DecoderInput second = DecoderInput.From(scope, _tokenIds.AsSpan(5), _positionIds.AsSpan(5), [0, 6]);
        Tensor hidden = packed.Forward(scope, second);
        float[] alone = packed.Logits(scope, hidden).Span<float>().ToArray();

        Assert.Equal(alone, together[^alone.Length..]);
    }

    [Fact]
    public void LogProbabilities_AreThoseOfTheLogits()
    {
        using Decoder original = Original(ModelArchitecture.Llama);
        using Decoder packed = Packed(original, _scheme);
        using Scope scope = _backend.BeginScope();
        Tensor hidden = packed.Forward(scope, DecoderInput.From(scope, _tokenIds, _positionIds, _cuSeqLens));
        float[] logits = packed.Logits(scope, hidden).Span<float>().ToArray();

        Tensor targets = scope.From<int>(_tokenIds, [11]);
        float[] actual = packed.LogProbabilities(scope, hidden, targets).LogProbabilities.Span<float>().ToArray();

        for (int row = 0; row < actual.Length; row++)
        {
            float[] ofRow = logits[(row * 50)..((row + 1) * 50)];
            Assert.Equal(ofRow[_tokenIds[row]] - Math.Log(ofRow.Sum(logit => Math.Exp(logit))), actual[row], 1e-5);
        }
    }

    [Theory]
    [InlineData(ModelArchitecture.InternLm2)]
    [InlineData(ModelArchitecture.Llama)]
    public void Step_AllocatesNothingOnTheManagedHeap_AfterWarmUp(ModelArchitecture architecture)
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder original = Original(architecture);
        using Decoder packed = Packed(original, _scheme, backend);
        using Scope inputs = backend.BeginScope();
        DecoderInput input = DecoderInput.From(inputs, _tokenIds, _positionIds, _cuSeqLens);
        Step();
        Step();

        long before = GC.GetAllocatedBytesForCurrentThread();
        Step();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Step()
        {
            using Scope scope = backend.BeginScope();
            packed.Logits(scope, packed.Forward(scope, input));
        }
    }

    [Fact]
    public void Create_NamesAParameterThatWasGivenNothing_AndFreesTheOthers()
    {
        var given = new List<PackedMatrix>();

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(() => Decoder.Create(
            SmallModels.Config(ModelArchitecture.Llama), _backend, (_, parameter) =>
            {
                if (given.Count == 0)
                {
                    given.Add(Pack(new float[50 * 24], 50, 24, _scheme));
                    parameter.Attach(given[0]);
                }
            }));

        Assert.StartsWith("layers.0.attention_norm.weight has no memory", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ObjectDisposedException>(given[0].Unpack);
    }

    [Fact]
    public void Attach_NamesAWrongShape()
    {
        using PackedMatrix wrong = Pack(new float[10 * 24], 10, 24, _scheme);

        ArgumentException exception = Assert.Throws<ArgumentException>(() => Decoder.Create(
            SmallModels.Config(ModelArchitecture.Llama), _backend, (_, parameter) => parameter.Attach(wrong)));

        Assert.StartsWith(
            "embedding.weight is [50, 24] but was given packed W8 [10, 24]", exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Value_OfPackedWeights_SaysWhatToDo()
    {
        using Decoder original = Original(ModelArchitecture.Llama);
        using Decoder packed = Packed(original, _scheme);

        InvalidOperationException exception = Assert.Throws<InvalidOperationException>(
            () => packed.Parameters["output.weight"].Value);

        Assert.Contains("output.weight has packed weights", exception.Message, StringComparison.Ordinal);
    }

    private Decoder Original(ModelArchitecture architecture)
    {
        Decoder decoder = Decoder.Create(SmallModels.Config(architecture), _backend);
        decoder.Initialize(seed: 1);
        return decoder;
    }

    private Decoder Packed(Decoder original, QuantScheme scheme, Backend? backend = null) => Decoder.Create(
        original.Config, backend ?? _backend, (scope, parameter) =>
        {
            float[] weights = original.Parameters[parameter.Name].Value.Span<float>().ToArray();
            if (parameter.Shape.Rank == 2)
            {
                parameter.Attach(Pack(weights, parameter.Shape[0], parameter.Shape[1], scheme));
            }
            else
            {
                parameter.Attach(scope.From<float>(weights, parameter.Shape));
            }
        });

    /// <summary>The model of floats that the codes of another stand for.</summary>
    private Decoder Rounded(Decoder packed) => Decoder.Create(packed.Config, _backend, (scope, parameter) =>
    {
        Parameter source = packed.Parameters[parameter.Name];
        float[] weights = new float[parameter.Count];
        if (source.Packed is { } codes)
        {
            codes.Unpack().Dequantize(weights);
        }
        else
        {
            source.Value.Span<float>().CopyTo(weights);
        }

        parameter.Attach(scope.From<float>(weights, parameter.Shape));
    });

    private static PackedMatrix Pack(float[] weights, int outputs, int inputs, QuantScheme scheme) =>
        PackedMatrix.Pack(QuantizedWeights.Round(weights, outputs, inputs, scheme));

    private static float[] Logits(Scope scope, Decoder decoder) => decoder.Logits(
        scope, decoder.Forward(scope, DecoderInput.From(scope, _tokenIds, _positionIds, _cuSeqLens)))
        .Span<float>().ToArray();
}
