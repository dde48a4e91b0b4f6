namespace Puyu.Tensors;

/// <summary>Packed sequences of queries, keys and values.</summary>
/// <param name="Qkv">F32 [T, Width], rotated.</param>
/// <param name="CuSeqLens">I32 [S + 1]: sequence s has rows CuSeqLens[s] to CuSeqLens[s + 1] − 1.</param>
/// <param name="Layout">Where the heads are.</param>
internal readonly record struct AttentionInput(Tensor Qkv, Tensor CuSeqLens, QkvLayout Layout)
{
    /// <summary>Rows T.</summary>
    public int Rows => Qkv.Shape[0];

    /// <summary>Sequences S.</summary>
    public int Sequences => CuSeqLens.Shape[0] - 1;

    /// <summary>Throws unless shapes and storage types fit each other.</summary>
    public void Require(string op)
    {
        Layout.Require(op, Qkv);
        ShapeException.Require(
            CuSeqLens.DType == DType.I32 && CuSeqLens.Shape.Rank == 1 && CuSeqLens.Shape[0] >= 1,
            $"{op}: cuSeqLens is {CuSeqLens} but must be I32 [S + 1]");
    }

    /// <summary>The boundaries of the sequences, read on the host and checked.</summary>
    /// <exception cref="ArgumentException">They do not rise from 0 to T.</exception>
    public ReadOnlySpan<int> Boundaries()
    {
        ReadOnlySpan<int> boundaries = CuSeqLens.Span<int>();
        for (int s = 0; s < Sequences; s++)
        {
            if (boundaries[s] > boundaries[s + 1])
            {
                throw new ArgumentException(
                    $"attention: cuSeqLens[{s + 1}] is {boundaries[s + 1]} "
                + $"but must be at least cuSeqLens[{s}], {boundaries[s]}");
            }
        }

        if (boundaries[0] != 0 || boundaries[^1] != Rows)
        {
            throw new ArgumentException(
                $"attention: cuSeqLens runs from {boundaries[0]} to {boundaries[^1]} "
            + $"but must run from 0 to the {Rows} rows of qkv");
        }

        return boundaries;
    }
}
