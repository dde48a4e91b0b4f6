using System.Diagnostics.CodeAnalysis;

namespace Puyu.Tensors;

/// <summary>How a paged cache stores keys and values.</summary>
/// <remarks>
/// The integer formats keep, for each token, key-value head and one of key and value, codes c and two bfloat16
/// numbers:
/// <code>
///   x ≈ c · scale + zero,   c = round((x − zero) / scale)
///   zero ≤ min x,   scale ≥ (max x − zero) / (2ᵇ − 1)     both rounded away from the numbers between them
/// </code>
/// so that no element is off by more than half its scale. Keys are stored after their rotation.
/// </remarks>
public enum KvFormat
{
    /// <summary>IEEE 754 binary32: exact.</summary>
    F32,

    /// <summary>bfloat16: keys and values are rounded to 8 bits of mantissa.</summary>
    BF16,

    /// <summary>8 bits with a scale and a zero of its own for every row.</summary>
    [SuppressMessage("Naming", "CA1720", Justification = "The format is called so.")]
    Int8,

    /// <summary>4 bits with a scale and a zero of its own for every row.</summary>
    Int4,
}
