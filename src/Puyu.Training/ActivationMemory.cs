namespace Puyu.Training;

/// <summary>What becomes of a block's intermediate results between its forward and its backward pass.</summary>
public enum ActivationMemory
{
    /// <summary>They are kept.</summary>
    Keep,

    /// <summary>
    /// Only the input of a block is kept; backward computes the rest again. A third more time for a fraction of the
    /// memory, and the same bits.
    /// </summary>
    Recompute,
}
