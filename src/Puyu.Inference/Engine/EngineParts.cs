using Puyu.Abstractions;
using Puyu.Inference.Adapters;
using Puyu.Inference.Caching;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Engine;

/// <summary>What takes an engine's memory: the model and the cache of keys and values.</summary>
internal sealed class EngineParts : IDisposable
{
    private readonly KvStorage _storage;
    private readonly Lazy<byte[]> _fingerprint;

    /// <param name="decoder">The model; outlives this.</param>
    /// <param name="draft">Proposes tokens; outlives this; may be null.</param>
    /// <param name="vocabSize">Ids that can be drawn: the model may have spare rows that stand for nothing.</param>
    /// <param name="adapters">What changes it.</param>
    /// <param name="options">Validated.</param>
    /// <exception cref="OptionsException">The cache has no room for a single block.</exception>
    public EngineParts(Decoder decoder, Decoder? draft, int vocabSize, AdapterTable adapters, EngineOptions options)
    {
        ModelConfig config = decoder.Config;
        VocabSize = vocabSize;
        Backend = decoder.Backend;
        RopeLengths = new RopeLengths(config);
        BlockBytes = KvStorage.BlockBytes(config, options.BlockSize, options.CacheFormat);
        int contextLength = options.ContextLength ?? config.MaxPositions;
        long draftBytes = draft is null
            ? 0
            : KvStorage.BlockBytes(draft.Config, options.BlockSize, options.CacheFormat);
        int blocks = CountBlocks(contextLength, BlockBytes + draftBytes, options);
        Pool = new BlockPool(blocks, options.BlockSize, options.Hash);
        Capacity = (int)Math.Min(contextLength, (long)Pool.Count * options.BlockSize);
        _storage = new KvStorage(config, Backend, Pool.Count, options.BlockSize, options.CacheFormat);
        Runner = new ModelRunner(decoder, _storage, adapters);
        Draft = draft is null ? null : new DraftModel(draft, vocabSize, blocks, adapters, options);
        _fingerprint = new Lazy<byte[]>(() => Fingerprint.Of(decoder, vocabSize, options));
    }

    /// <summary>Ids that can be drawn.</summary>
    public int VocabSize { get; }

    /// <summary>Where the model computes.</summary>
    public Backend Backend { get; }

    /// <summary>Who holds which blocks.</summary>
    public BlockPool Pool { get; }

    /// <summary>Bytes of a block, all layers.</summary>
    public long BlockBytes { get; }

    /// <summary>Tokens of prompt and completion together at most: what fits the context and the cache.</summary>
    public int Capacity { get; }

    /// <summary>On which lengths rotations depend.</summary>
    public RopeLengths RopeLengths { get; }

    /// <summary>Brings tokens through the model.</summary>
    public ModelRunner Runner { get; }

    /// <summary>Proposes tokens; null where no other model does.</summary>
    public DraftModel? Draft { get; }

    /// <summary>Copies a block to another, all layers.</summary>
    public void CopyBlock(int source, int target) => _storage.Copy(source, target);

    /// <summary>Writes the cached prefixes into a folder.</summary>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SavePrefixes(string folder) => KvSnapshot.Save(folder, _fingerprint.Value, Pool, _storage);

    /// <summary>Reads cached prefixes, if the folder has those of this model in this format.</summary>
    /// <returns>Whether it has.</returns>
    public bool TryLoadPrefixes(string folder) => KvSnapshot.TryLoad(folder, _fingerprint.Value, Pool, _storage);

    /// <inheritdoc/>
    public void Dispose()
    {
        Draft?.Dispose();
        _storage.Dispose();
    }

    private static int CountBlocks(int contextLength, long blockBytes, EngineOptions options)
    {
        long full = (long)options.MaxBatch * ((contextLength + options.BlockSize - 1) / options.BlockSize);
        GCMemoryInfo memory = GC.GetGCMemoryInfo();
        long free = Math.Max(0, memory.TotalAvailableMemoryBytes - memory.MemoryLoadBytes) / 2;
        long blocks = options.CacheBytes is { } bytes
            ? bytes / blockBytes
            : Math.Min(full, free / blockBytes);
        return blocks > 0 ? (int)Math.Min(blocks, int.MaxValue / options.BlockSize) : throw new OptionsException(
            $"{nameof(EngineOptions)}: CacheBytes is {options.CacheBytes ?? free} "
            + $"but must be at least {blockBytes}, the size of a block");
    }
}
