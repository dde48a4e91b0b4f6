using Puyu.Tensors;

namespace Puyu.Models;

/// <summary>Tokens of several sequences, packed one behind the other.</summary>
/// <param name="TokenIds">I32 [T].</param>
/// <param name="PositionIds">I32 [T]; each token's place in its sequence, from 0.</param>
/// <param name="CuSeqLens">I32 [S + 1]: where each of the S sequences begins, and T.</param>
/// <param name="Length">Greatest position + 1.</param>
public readonly record struct DecoderInput(Tensor TokenIds, Tensor PositionIds, Tensor CuSeqLens, int Length)
{
    private readonly IReadOnlyList<AdapterRows>? _adapters;

    /// <summary>
    /// Keys and values of earlier tokens, to attend to and add to; null to attend within the input alone.
    /// </summary>
    public KvCacheView? Cache { get; init; }

    /// <summary>Which rows adapters change.</summary>
    public IReadOnlyList<AdapterRows> Adapters
    {
        get => _adapters ?? [];
        init => _adapters = value;
    }

    /// <summary>Makes an input from numbers of the host.</summary>
    /// <param name="scope">Owns the tensors.</param>
    /// <param name="tokenIds">Shape [T].</param>
    /// <param name="positionIds">Shape [T].</param>
    /// <param name="cuSeqLens">Shape [S + 1], from 0 to T.</param>
    /// <exception cref="ArgumentException">The lengths do not fit together.</exception>
    public static DecoderInput From(
        Scope scope, ReadOnlySpan<int> tokenIds, ReadOnlySpan<int> positionIds, ReadOnlySpan<int> cuSeqLens)
    {
        if (positionIds.Length != tokenIds.Length || cuSeqLens is not [0, ..] || cuSeqLens[^1] != tokenIds.Length)
        {
            throw new ArgumentException(
                $"{tokenIds.Length} token ids need as many position ids, not {positionIds.Length}, "
                + "and cuSeqLens from 0 to their number");
        }

        int length = 1;
        foreach (int position in positionIds)
        {
            length = Math.Max(length, position + 1);
        }

        return new DecoderInput(
            scope.From(tokenIds, [tokenIds.Length]), scope.From(positionIds, [positionIds.Length]),
            scope.From(cuSeqLens, [cuSeqLens.Length]), length);
    }
}
