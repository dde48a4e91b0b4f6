using Puyu.Models;
using Puyu.Tensors;

namespace Puyu.Inference.Engine;

/// <summary>
/// The lengths on which rotations depend with dynamic NTK scaling: that of the prompt for its tokens, that of the
/// sequence so far for each drawn one. So a sequence that is computed again turns as it did.
/// </summary>
/// <param name="config">Of the model.</param>
internal sealed class RopeLengths(ModelConfig config)
{
    private readonly DynamicNtkRopeScaling? _scaling = config.Rope.Scaling as DynamicNtkRopeScaling;

    /// <summary>The length for tokens of which the last is at <paramref name="end"/> − 1; 0 for any.</summary>
    public int Of(Sequence sequence, int end) => Of(Math.Max(sequence.PromptLength, end));

    /// <summary>The length for a prompt of so many tokens; 0 for any.</summary>
    public int Of(int length) => _scaling is null ? 0 : Math.Max(length, _scaling.MaxPositions);

    /// <summary>Tokens from the first pending one on that turn alike.</summary>
    public int LongestChunk(Sequence sequence) => _scaling is null
        ? int.MaxValue
        : Math.Max(1, Of(sequence.PromptLength) - sequence.Computed);

    /// <summary>Tokens from the beginning on whose rotation is that of the sequence's salt.</summary>
    public int Shareable(Sequence sequence) => _scaling is null ? int.MaxValue : sequence.Salt.RopeLength;
}
