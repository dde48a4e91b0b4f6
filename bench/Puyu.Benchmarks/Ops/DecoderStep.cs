using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Benchmarks.Ops;

/// <summary>A decoder with a cache, for steps whose tokens do not matter.</summary>
internal sealed class DecoderStep : IDisposable
{
    private const int BlockSize = 32;

    private readonly Decoder _decoder;
    private readonly Scope _scope;
    private readonly KvBlocks[] _layers;
    private readonly int _blocksPerSequence;

    /// <param name="decoder">Stays the caller's.</param>
    /// <param name="sequences">The most sequences of a step.</param>
    /// <param name="length">The most tokens of a sequence.</param>
    public DecoderStep(Decoder decoder, int sequences, int length)
    {
        _decoder = decoder;
        _scope = decoder.Backend.BeginScope();
        _blocksPerSequence = (length + BlockSize - 1) / BlockSize;
        ModelConfig config = decoder.Config;
        _layers = [.. Enumerable.Range(0, config.Layers).Select(_ => KvBlocks.Create(
            _scope, sequences * _blocksPerSequence, BlockSize, config.KvHeads, config.HeadDim, KvFormat.BF16))];
        foreach (KvBlocks layer in _layers)
        {
            for (int block = 0; block < layer.Count; block++)
            {
                layer.BlockBytes(block).Clear();
            }
        }
    }

    /// <summary>Computes the logits of the last token of each sequence.</summary>
    /// <param name="sequences">How many.</param>
    /// <param name="tokens">New tokens of each.</param>
    /// <param name="cached">Tokens of each that the cache has.</param>
    public void Run(int sequences, int tokens, int cached)
    {
        using Scope scope = _decoder.Backend.BeginScope();
        int[] lengths = new int[sequences];
        Array.Fill(lengths, cached + tokens);
        int[] positions = [.. Enumerable.Range(0, sequences * tokens).Select(row => cached + (row % tokens))];
        int[] boundaries = [.. Enumerable.Range(0, sequences + 1).Select(sequence => sequence * tokens)];
        int[] blocks = [.. Enumerable.Range(0, sequences * _blocksPerSequence)];
        DecoderInput input = DecoderInput.From(scope, new int[sequences * tokens], positions, boundaries) with
        {
            Cache = new KvCacheView(
                _layers, scope.From<int>(blocks, [sequences, _blocksPerSequence]),
                scope.From<int>(lengths, [sequences])),
        };
        Tensor hidden = _decoder.Forward(scope, input);                               // [T, D]
        int width = hidden.Shape[1];
        Tensor last = scope.Empty([sequences, width]);
        for (int sequence = 0; sequence < sequences; sequence++)
        {
            hidden.Span<float>().Slice((((sequence + 1) * tokens) - 1) * width, width)
                .CopyTo(last.Span<float>()[(sequence * width)..]);
        }

        _decoder.Logits(scope, last);                                                 // [S, V]
    }

    /// <inheritdoc/>
    public void Dispose() => _scope.Dispose();
}
