using System.Runtime.InteropServices;
using Puyu.Inference.Adapters;
using Puyu.Inference.Caching;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Engine;

/// <summary>A small decoder, with keys and values of its own, that proposes how sequences go on.</summary>
/// <remarks>
/// It sees a sequence first when that decodes, and computes then what it lacks, in chunks. Nothing depends on what it
/// proposes: a sequence that finds no room in its cache goes without.
/// </remarks>
internal sealed class DraftModel : IDisposable
{
    private readonly Decoder _decoder;
    private readonly int _vocabSize;
    private readonly int _tokensPerStep;
    private readonly BlockPool _pool;
    private readonly KvStorage _storage;
    private readonly ModelRunner _runner;
    private readonly List<DraftSequence> _drafting = [];
    private readonly List<ScheduledRows> _group = [];
    private readonly List<int> _lastRows = [];

    /// <param name="decoder">The model; outlives this.</param>
    /// <param name="vocabSize">Ids that can be drawn.</param>
    /// <param name="blocks">Blocks of its cache.</param>
    /// <param name="adapters">Not applied here; the runner wants to know them.</param>
    /// <param name="options">Of the engine.</param>
    public DraftModel(Decoder decoder, int vocabSize, int blocks, AdapterTable adapters, EngineOptions options)
    {
        _decoder = decoder;
        _vocabSize = vocabSize;
        _tokensPerStep = options.TokensPerStep;
        _pool = new BlockPool(blocks, options.BlockSize);
        _storage = new KvStorage(decoder.Config, decoder.Backend, blocks, options.BlockSize, options.CacheFormat);
        _runner = new ModelRunner(decoder, _storage, adapters);
    }

    /// <summary>Forgets for whom tokens are to be proposed.</summary>
    public void Clear() => _drafting.Clear();

    /// <summary>Notes that tokens are to be proposed for a sequence.</summary>
    /// <param name="sequence">One that decodes.</param>
    /// <param name="limit">Tokens at most.</param>
    /// <returns>False if neither the model nor its cache has room.</returns>
    public bool TryAdd(Sequence sequence, int limit)
    {
        if (sequence.Count + limit > _decoder.Config.MaxPositions)
        {
            return false;
        }

        DraftSequence draft = sequence.Draft ??= new DraftSequence(sequence);
        draft.Begin(limit);
        if (!_pool.TryReserve(draft.Tokens.BlockTable, sequence.Count + limit))
        {
            return false;
        }

        _drafting.Add(draft);
        return true;
    }

    /// <summary>Proposes: a forward brings a token for each sequence.</summary>
    public void Propose()
    {
        while (_drafting.Count > 0)
        {
            Schedule();
            using Scope scope = _decoder.Backend.BeginScope();
            Tensor hidden = _runner.Forward(scope, _group);                                     // [T, D]
            if (_drafting.Count > 0)
            {
                Draw(_runner.Logits(scope, hidden, CollectionsMarshal.AsSpan(_lastRows)));      // [R, V]
            }
        }
    }

    /// <summary>Frees what is held for a sequence.</summary>
    public void Release(Sequence sequence)
    {
        if (sequence.Draft is { } draft)
        {
            _pool.Release(draft.Tokens.BlockTable);
            sequence.Draft = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _storage.Dispose();

    /// <summary>
    /// Takes what the model has yet to see; a sequence of which something is left waits for the next step.
    /// </summary>
    private void Schedule()
    {
        _group.Clear();
        _lastRows.Clear();
        int rows = 0;
        foreach (DraftSequence draft in _drafting)
        {
            Sequence tokens = draft.Tokens;
            int count = Math.Min(tokens.Pending, _tokensPerStep - rows);
            if (count == 0)
            {
                continue;
            }

            _group.Add(new ScheduledRows(tokens, tokens.Computed, count, RopeLength: 0));
            tokens.Computed += count;
            rows += count;
            if (tokens.Pending == 0)
            {
                _lastRows.Add(rows - 1);
            }
        }

        _drafting.RemoveAll(static draft => draft.Tokens.Pending > 0);
    }

    private void Draw(Tensor logits)
    {
        int width = logits.Shape[1];
        for (int i = 0; i < _drafting.Count; i++)
        {
            _drafting[i].Draw(logits.Span<float>().Slice(i * width, _vocabSize));
        }

        _drafting.RemoveAll(static draft => draft.IsDone);
    }
}
