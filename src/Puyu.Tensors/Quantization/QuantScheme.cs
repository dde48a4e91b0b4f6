using Puyu.Abstractions;

namespace Puyu.Tensors.Quantization;

/// <summary>
/// How weights are stored as small integers: groups of neighbouring inputs share a scale and an offset.
/// </summary>
public sealed record QuantScheme
{
    /// <summary>Bits of a code: 4 or 8.</summary>
    public int Bits { get; init; } = 4;

    /// <summary>Neighbouring inputs of one output that share a scale: a positive multiple of 16.</summary>
    public int GroupSize { get; init; } = 128;

    /// <summary>Whether zero is the middle code, so that a group has a scale alone.</summary>
    public bool IsSymmetric { get; init; }

    /// <summary>The largest code, 15 or 255.</summary>
    public int MaxCode => (1 << Bits) - 1;

    /// <summary>Groups of a row of weights; the last may be shorter.</summary>
    /// <param name="inputs">Length of the row.</param>
    public int Groups(int inputs) => (inputs + GroupSize - 1) / GroupSize;

    /// <summary>Returns this scheme, or throws with everything wrong with it.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public QuantScheme Validated()
    {
        var problems = new Problems(nameof(QuantScheme));
        problems.Require(Bits is 4 or 8, Bits, "must be 4 or 8");
        problems.Require(GroupSize > 0 && GroupSize % 16 == 0, GroupSize, "must be a positive multiple of 16");
        problems.ThrowIfAny();
        return this;
    }
}
