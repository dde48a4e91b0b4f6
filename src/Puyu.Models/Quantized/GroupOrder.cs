using Puyu.Tensors;
using Puyu.Tensors.Quantization;

namespace Puyu.Models.Quantized;

/// <summary>Which group each input belongs to, where a file says so input by input.</summary>
/// <remarks>
/// Checkpoints that were rounded in the order of activation size ("desc_act") have groups of inputs that are not
/// neighbours. Kernels have no such groups, so these weights become real numbers, exactly those of the codes.
/// </remarks>
internal static class GroupOrder
{
    /// <summary>Reads a group index; null where the map has none, or one of neighbours.</summary>
    /// <param name="part">Name of the index.</param>
    /// <param name="files">The map.</param>
    /// <param name="inputs">K.</param>
    /// <param name="groupSize">Inputs of a group.</param>
    /// <exception cref="InvalidDataException">A group is out of range.</exception>
    public static int[]? Read(string part, LinearFiles files, int inputs, int groupSize)
    {
        if (!files.Has(part))
        {
            return null;
        }

        int[] groupOf = files.Integers(part, [inputs]);
        int groups = (inputs + groupSize - 1) / groupSize;
        int wrong = Array.FindIndex(groupOf, group => group < 0 || group >= groups);
        if (wrong >= 0)
        {
            throw new InvalidDataException($"{part} puts input {wrong} into group {groupOf[wrong]} of {groups}");
        }

        return groupOf.Where((group, input) => group != input / groupSize).Any() ? groupOf : null;
    }

    /// <summary>The weights of codes whose groups are not neighbours.</summary>
    /// <param name="scope">Owns the result.</param>
    /// <param name="weights">Codes, and scales and offsets by the number of the group.</param>
    /// <param name="groupOf">[K]: the group of each input.</param>
    /// <returns>F32 [N, K].</returns>
    public static Tensor Dequantize(Scope scope, QuantizedWeights weights, int[] groupOf)
    {
        int groups = weights.Scheme.Groups(weights.Inputs);
        Tensor result = scope.Empty([weights.Outputs, weights.Inputs]);
        Span<float> numbers = result.Span<float>();
        for (int i = 0; i < numbers.Length; i++)
        {
            int group = (i / weights.Inputs * groups) + groupOf[i % weights.Inputs];
            numbers[i] = (weights.Scales[group] * weights.Codes[i]) + weights.Offsets[group];
        }

        return result;
    }
}
