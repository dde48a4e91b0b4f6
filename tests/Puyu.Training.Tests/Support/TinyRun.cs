using Puyu.Abstractions;
using Puyu.Data;
using Puyu.Data.Tokens;
using Puyu.Models;
using Puyu.Tensors;
using Puyu.Training.Checkpoints;
using Puyu.Training.Schedules;

namespace Puyu.Training.Tests.Support;

/// <summary>Everything that a run of a tiny model on a small text needs.</summary>
internal sealed class TinyRun : IDisposable
{
    public const int VocabSize = 40;

    private readonly TemporaryFolder _folder = new();
    private readonly TokenDataset _data;

    public TinyRun(int threads = 1, DType weights = DType.F32)
    {
        string path = _folder.File("text.tokens");
        TokenDataset.Write(path, VocabSize, WriteDocuments);
        _data = TokenDataset.Open(path);
        Backend = new CpuBackend(threads);
        Model = Decoder.Create(Config, Backend, weights);
        Model.Initialize(seed: 3);
        Options = DefaultOptions with { Weights = weights };
    }

    public static ModelConfig Config { get; } = new()
    {
        Architecture = ModelArchitecture.InternLm2,
        HiddenSize = 32,
        IntermediateSize = 48,
        Layers = 2,
        Heads = 4,
        KvHeads = 2,
        VocabSize = VocabSize,
        MaxPositions = 64,
    };

    public static TrainingOptions DefaultOptions { get; } = new()
    {
        Steps = 20,
        MicroBatchesPerStep = 2,
        Schedule = new ScheduleOptions { PeakLearningRate = 1e-2, WarmupSteps = 3 },
        Checkpoints = new CheckpointOptions { IntervalSteps = 1000 },
    };

    public CpuBackend Backend { get; }

    public Decoder Model { get; }

    public TrainingOptions Options { get; set; }

    public string Root => _folder.Root;

    public string RunFolder => _folder.File("run");

    public CheckpointStore Store => new(Path.Combine(RunFolder, "checkpoints"), keepLast: 1);

    public BatchSampler Sampler(ulong seed = 5) => new PackedSampler(
        _data, new PackingOptions { SequenceLength = 16, MicroBatchSize = 2, Packing = Packing.BestFit, Seed = seed });

    public TrainingRun Run(TrainingObserver? observer = null) => new()
    {
        Model = Model,
        Sampler = Sampler(),
        HeldOut = Sampler(seed: 6),
        Options = Options.Validated(),
        Folder = RunFolder,
        Observer = observer ?? new TrainingObserver(),
    };

    /// <summary>All weights, as bytes.</summary>
    public byte[] WeightBytes() => [.. Model.Parameters.SelectMany(parameter => BytesOf(parameter.Value))];

    public void Dispose()
    {
        Model.Dispose();
        Backend.Dispose();
        _data.Dispose();
        _folder.Dispose();
    }

    public static byte[] BytesOf(Tensor tensor) => tensor.DType == DType.F32
        ? System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Span<float>()).ToArray()
        : System.Runtime.InteropServices.MemoryMarshal.AsBytes(tensor.Span<BFloat16>()).ToArray();

    /// <summary>
    /// Documents of different lengths in which each token determines the next, so that the loss can fall to almost
    /// nothing; in some, the first tokens are context only.
    /// </summary>
    private static void WriteDocuments(TokenWriter writer)
    {
        var random = new CounterRandom(seed: 1);
        for (int document = 0; document < 60; document++)
        {
            int first = random.NextInt32(VocabSize);
            int length = 3 + random.NextInt32(20);
            int[] tokenIds = [.. Enumerable.Range(0, length).Select(i => (first + (7 * i)) % VocabSize)];
            writer.Add(tokenIds, [.. Enumerable.Range(0, length).Select(i => document % 3 != 0 || i > length / 2)]);
        }
    }
}
