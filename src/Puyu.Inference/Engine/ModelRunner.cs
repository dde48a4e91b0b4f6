using System.Runtime.InteropServices;
using Puyu.Inference.Adapters;
using Puyu.Inference.Caching;
using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Engine;

/// <summary>Brings scheduled tokens through the model.</summary>
/// <remarks>After its first steps nothing is allocated on the managed heap.</remarks>
/// <param name="decoder">The model.</param>
/// <param name="cache">Keys and values of the sequences.</param>
/// <param name="adapters">What changes the model.</param>
internal sealed class ModelRunner(Decoder decoder, KvStorage cache, AdapterTable adapters)
{
    private readonly List<AdapterRows> _adapterRows = [];
    private readonly List<int> _tokenIds = [];
    private readonly List<int> _positionIds = [];
    private readonly List<int> _cuSeqLens = [];
    private readonly List<int> _contextLengths = [];
    private readonly List<List<int>> _blockTables = [];

    /// <summary>Computes the hidden states of scheduled rows, and their keys and values into the cache.</summary>
    /// <returns>[T, D], in the order of the rows.</returns>
    public Tensor Forward(Scope scope, List<ScheduledRows> group)
    {
        Clear();
        int length = 1;
        foreach (ScheduledRows rows in group)
        {
            Add(rows);
            int turnsAsFor = rows.RopeLength == 0 ? 0 : Math.Max(rows.Sequence.PromptLength, rows.First + rows.Count);
            length = Math.Max(length, Math.Max(turnsAsFor, rows.First + rows.Count));
        }

        DecoderInput input = DecoderInput.From(
            scope, CollectionsMarshal.AsSpan(_tokenIds), CollectionsMarshal.AsSpan(_positionIds),
            CollectionsMarshal.AsSpan(_cuSeqLens));
        KvCacheView view = cache.View(
            scope, CollectionsMarshal.AsSpan(_blockTables), CollectionsMarshal.AsSpan(_contextLengths));
        return decoder.Forward(scope, input with { Length = length, Cache = view, Adapters = _adapterRows });
    }

    /// <summary>Computes the logits of some rows.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="hidden">[T, D].</param>
    /// <param name="rows">Each in [0, T).</param>
    /// <returns>[rows, V].</returns>
    public Tensor Logits(Scope scope, Tensor hidden, ReadOnlySpan<int> rows)
    {
        Tensor some = scope.Embedding(hidden, scope.From(rows, [rows.Length]));                 // [R, D]
        return decoder.Logits(scope, some);                                                     // [R, V]
    }

    /// <summary>Computes how likely a token is behind each of some rows.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="hidden">[T, D].</param>
    /// <param name="rows">Each in [0, T).</param>
    /// <param name="targetIds">The tokens, as many.</param>
    /// <returns>Two tensors, [rows] each.</returns>
    public TargetScores LogProbabilities(
        Scope scope, Tensor hidden, ReadOnlySpan<int> rows, ReadOnlySpan<int> targetIds)
    {
        Tensor some = scope.Embedding(hidden, scope.From(rows, [rows.Length]));                 // [R, D]
        return decoder.LogProbabilities(scope, some, scope.From(targetIds, [targetIds.Length])); // [R]
    }

    private void Clear()
    {
        _tokenIds.Clear();
        _positionIds.Clear();
        _cuSeqLens.Clear();
        _cuSeqLens.Add(0);
        _contextLengths.Clear();
        _blockTables.Clear();
        _adapterRows.Clear();
    }

    private void Add(ScheduledRows rows)
    {
        AddAdapter(rows.Sequence.Salt.Adapter, rows.Count);
        _tokenIds.AddRange(rows.Sequence.DraftedIds.Slice(rows.First, rows.Count));
        for (int i = 0; i < rows.Count; i++)
        {
            _positionIds.Add(rows.First + i);
        }

        _cuSeqLens.Add(_tokenIds.Count);
        _contextLengths.Add(rows.First + rows.Count);
        _blockTables.Add(rows.Sequence.BlockTable);
    }

    /// <summary>Notes the next rows of an adapter, joined with those before them if they are of the same.</summary>
    private void AddAdapter(int number, int count)
    {
        if (number == 0)
        {
            return;
        }

        IReadOnlyDictionary<string, LowRankChange> changes = adapters.Weights(number).Changes;
        if (_adapterRows.Count > 0 && _adapterRows[^1].Changes == changes)
        {
            _adapterRows[^1] = _adapterRows[^1] with { Count = _adapterRows[^1].Count + count };
        }
        else
        {
            _adapterRows.Add(new AdapterRows(changes, _tokenIds.Count, count));
        }
    }
}
