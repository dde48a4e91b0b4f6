namespace Puyu.Models.Gguf;

/// <summary>How a GGUF file stores the elements of a tensor. The numbers are those of the format.</summary>
public enum GgufType
{
    /// <summary>IEEE 754 binary32.</summary>
    F32 = 0,

    /// <summary>IEEE 754 binary16.</summary>
    F16 = 1,

    /// <summary>Q4_0: 4 bits, a scale for 32 weights.</summary>
    Q40 = 2,

    /// <summary>Q4_1: 4 bits, a scale and a minimum for 32 weights.</summary>
    Q41 = 3,

    /// <summary>Q5_0: 5 bits, a scale for 32 weights.</summary>
    Q50 = 6,

    /// <summary>Q8_0: 8 bits, a scale for 32 weights.</summary>
    Q80 = 8,

    /// <summary>Q4_K: 4 bits, 6-bit scales and minima for 32 weights, two factors for 256.</summary>
    Q4K = 12,

    /// <summary>Q5_K: 5 bits, scales as <see cref="Q4K"/>.</summary>
    Q5K = 13,

    /// <summary>Q6_K: 6 bits, 8-bit scales for 16 weights, a factor for 256.</summary>
    Q6K = 14,

    /// <summary>bfloat16.</summary>
    BF16 = 30,
}
