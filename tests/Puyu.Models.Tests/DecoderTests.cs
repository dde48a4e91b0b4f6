using Puyu.Models.Tests.Support;
using Puyu.Tensors;

namespace Puyu.Models.Tests;

public sealed class DecoderTests : IDisposable
{
    private static readonly int[] _tokenIds = [3, 14, 15, 9, 26, 5, 35, 8, 9, 7, 9];
    private static readonly int[] _labels = [14, 15, 9, 26, -100, 35, 8, 9, 7, 9, -100];
    private static readonly int[] _positionIds = [0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 5];
    private static readonly int[] _cuSeqLens = [0, 5, 11];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(SmallModels.Architectures), MemberType = typeof(SmallModels))]
    public void Step_GivesTheGradientsOfTheReferenceBackend(ModelArchitecture architecture)
    {
        using Trained cpu = Train("cpu", architecture);
        using Trained reference = Train("reference", architecture);

        Assert.Equal(reference.Loss, cpu.Loss, 1e-6 * Math.Abs(reference.Loss));
        Assert.All(reference.Decoder.Parameters.Zip(cpu.Decoder.Parameters), pair =>
        {
            float[] expected = pair.First.Gradient!.Span<float>().ToArray();
            float[] actual = pair.Second.Gradient!.Span<float>().ToArray();
            double largest = expected.Max(Math.Abs);
            double worst = expected.Zip(actual, (e, a) => Math.Abs((double)e - a)).Max();

            // As in GoldenTests: relative to the largest element. A key's bias adds one number to all scores of a
            // query, which the softmax cancels: its gradient is rounding noise of the size of the query's, at most.
            double scale = pair.First.Name.EndsWith("key.bias", StringComparison.Ordinal) ? 1e-2 : largest;
            Assert.True(
                largest > 0 && worst <= 1e-5 * scale, $"{pair.First.Name} is off by {worst:E2} of {largest:E2}");
        });
    }

    [Theory]
    [InlineData(ModelArchitecture.InternLm2)]
    [InlineData(ModelArchitecture.Qwen2)]
    public void Step_GivesTheSameBits_WhenBlocksAreRecomputed(ModelArchitecture architecture)
    {
        using Trained kept = Train("cpu", architecture);
        using Trained recomputed = Train("cpu", architecture, recomputesBlocks: true);

        Assert.Equal(kept.Loss, recomputed.Loss);
        Assert.Equal(Gradients(kept.Decoder), Gradients(recomputed.Decoder));
        Assert.True(recomputed.PeakBytes < kept.PeakBytes, $"{recomputed.PeakBytes} bytes of {kept.PeakBytes}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_TakesTheSameMemory_OnShapesAlone(bool recomputesBlocks)
    {
        using Trained cpu = Train("cpu", ModelArchitecture.InternLm2, recomputesBlocks);
        using Trained meta = Train("meta", ModelArchitecture.InternLm2, recomputesBlocks);

        Assert.Equal(cpu.PeakBytes, meta.PeakBytes);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Step_AllocatesNothingOnTheManagedHeap_AfterWarmUp(bool recomputesBlocks)
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder decoder = Decoder.Create(SmallModels.Config(ModelArchitecture.Llama), backend);
        decoder.RecomputesBlocks = recomputesBlocks;
        decoder.Initialize(seed: 1);
        decoder.AllocateGradients();
        Step(decoder);
        Step(decoder);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Step(decoder);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Logits_OfASequence_DoNotDependOnItsNeighbours()
    {
        using var backend = new CpuBackend(threads: 2);
        using Decoder decoder = Decoder.Create(SmallModels.Config(ModelArchitecture.InternLm2), backend);
        decoder.Initialize(seed: 1);
        using Scope scope = backend.BeginScope();

        float[] together = Logits(scope, decoder, _tokenIds, _positionIds, _cuSeqLens);
        float[] alone = Logits(scope, decoder, _tokenIds[5..], _positionIds[5..], [0, 6]);

        Assert.Equal(alone, together[^alone.Length..]);
    }

    [Theory]
    [MemberData(nameof(SmallModels.Architectures), MemberType = typeof(SmallModels))]
    public void Load_GivesTheSameLogits_AsTheSavedModel(ModelArchitecture architecture)
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder decoder = Decoder.Create(SmallModels.Config(architecture), backend);
        decoder.Initialize(seed: 1);

        ModelFolder.Save(decoder, _folder.Root, DType.F32, maxShardBytes: 10_000);

        using Decoder mapped = Decoder.Load(_folder.Root, backend);
        using Decoder trainable = Decoder.LoadTrainable(_folder.Root, backend);
        using Scope scope = backend.BeginScope();
        float[] expected = Logits(scope, decoder, _tokenIds, _positionIds, _cuSeqLens);
        Assert.True(Directory.GetFiles(_folder.Root, "*.safetensors").Length > 1);
        Assert.Equal(expected, Logits(scope, mapped, _tokenIds, _positionIds, _cuSeqLens));
        Assert.Equal(expected, Logits(scope, trainable, _tokenIds, _positionIds, _cuSeqLens));
    }

    [Theory]
    [InlineData(DType.BF16)]
    [InlineData(DType.F16)]
    public void Load_KeepsTheStorageTypeOfTheFile(DType dtype)
    {
        using var backend = new CpuBackend(threads: 1);
        using Decoder decoder = Decoder.Create(SmallModels.Config(ModelArchitecture.InternLm2), backend);
        decoder.Initialize(seed: 1);
        ModelFolder.Save(decoder, _folder.Root, dtype);
        long before = backend.Memory.LiveBytes;

        using Decoder mapped = Decoder.Load(_folder.Root, backend);

        using Scope scope = backend.BeginScope();
        using Decoder widened = Decoder.LoadTrainable(_folder.Root, backend);
        Assert.All(mapped.Parameters, parameter => Assert.Equal(dtype, parameter.Value.DType));
        Assert.Equal(
            Logits(scope, widened, _tokenIds, _positionIds, _cuSeqLens),
            Logits(scope, mapped, _tokenIds, _positionIds, _cuSeqLens));
        Assert.InRange(before, 1, decoder.Parameters.FlatElements * 6);
    }

    [Fact]
    public void Load_MapsWeights_WithoutMemoryOfTheBackend()
    {
        using var backend = new CpuBackend(threads: 1);
        using (Decoder decoder = Decoder.Create(SmallModels.Config(ModelArchitecture.InternLm2), backend))
        {
            decoder.Initialize(seed: 1);
            ModelFolder.Save(decoder, _folder.Root, DType.BF16);
        }

        using Decoder mapped = Decoder.Load(_folder.Root, backend);

        // What remains is the table of rotations, which every decoder has.
        long weights = mapped.Parameters.Elements * DType.BF16.Size();
        Assert.InRange(backend.Memory.LiveBytes, 0, weights - 1);
    }

    [Theory]
    [InlineData("model.layers.1.attention.wo.weight", "model.layers.1.attention.w0.weight",
        "lacks model.layers.1.attention.wo.weight (has 16 of 17 tensors; "
        + "did you mean model.layers.1.attention.w0.weight?)")]
    [InlineData("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1",
        "has model.layers.1.attention.wo.weight, model.layers.1.attention.wqkv.weight, "
        + "model.layers.1.attention_norm.weight, model.layers.1.feed_forward.w1.weight, "
        + "model.layers.1.feed_forward.w2.weight and 2 more, "
        + "which InternLm2 with this configuration lacks (7 more than its 10 tensors)")]
    [InlineData("\"intermediate_size\": 40", "\"intermediate_size\": 41",
        "has model.layers.0.feed_forward.w1.weight [40, 24] but the configuration says [41, 24]")]
    public void Load_NamesWhatFilesAndConfigurationDisagreeOn(string old, string replacement, string problem)
    {
        using var backend = new CpuBackend(threads: 1);
        using (Decoder decoder = Decoder.Create(SmallModels.Config(ModelArchitecture.InternLm2), backend))
        {
            decoder.Initialize(seed: 1);
            ModelFolder.Save(decoder, _folder.Root, DType.F32);
        }

        Replace("config.json", old, replacement);
        Replace("model.safetensors", old, replacement);

        InvalidDataException exception = Assert.Throws<InvalidDataException>(() => Decoder.Load(_folder.Root, backend));

        Assert.Equal($"checkpoint {_folder.Root} {problem}", exception.Message);
    }

    private static Trained Train(string backendName, ModelArchitecture architecture, bool recomputesBlocks = false)
    {
        Backend backend = TestBackends.Create(backendName);
        Decoder decoder = Decoder.Create(SmallModels.Config(architecture), backend);
        decoder.RecomputesBlocks = recomputesBlocks;
        decoder.Initialize(seed: 1);
        decoder.AllocateGradients();
        backend.Memory.ResetPeak();
        float loss = Step(decoder);
        return new Trained(backend, decoder, loss, backend.Memory.PeakBytes);
    }

    private static float Step(Decoder decoder)
    {
        decoder.Parameters.ZeroGradients();
        using Scope scope = decoder.Backend.BeginRecording();
        Tensor labels = scope.From<int>(_labels, [_labels.Length]);
        DecoderInput input = DecoderInput.From(scope, _tokenIds, _positionIds, _cuSeqLens);
        Tensor loss = decoder.Loss(scope, input, labels, 1f / 9);
        float value = decoder.Backend is MetaBackend ? 0 : loss.Span<float>()[0];
        scope.Backward(loss);
        return value;
    }

    private static float[] Logits(Scope scope, Decoder decoder, int[] tokenIds, int[] positionIds, int[] cuSeqLens) =>
        decoder.Logits(scope, decoder.Forward(scope, DecoderInput.From(scope, tokenIds, positionIds, cuSeqLens)))
            .Span<float>().ToArray();

    private static float[] Gradients(Decoder decoder) =>
        [.. decoder.Parameters.SelectMany(parameter => parameter.Gradient!.Span<float>().ToArray())];

    /// <summary>Replaces text of a file by text of the same length, as its header needs.</summary>
    private void Replace(string file, string old, string replacement)
    {
        byte[] bytes = File.ReadAllBytes(_folder.File(file));
        int index = bytes.AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(old));
        if (index >= 0)
        {
            System.Text.Encoding.UTF8.GetBytes(replacement).CopyTo(bytes, index);
            File.WriteAllBytes(_folder.File(file), bytes);
        }
    }

    private sealed record Trained(Backend Backend, Decoder Decoder, float Loss, long PeakBytes) : IDisposable
    {
        public void Dispose()
        {
            Decoder.Dispose();
            Backend.Dispose();
        }
    }
}
