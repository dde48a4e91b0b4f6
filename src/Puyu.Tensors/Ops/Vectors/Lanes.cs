using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>Vectors of fewer elements than a register holds, so that a remainder goes through the code of the loop.</summary>
/// <remarks>
/// The kernels of these ops are bound by memory, so they are written once, in <see cref="Vector{T}"/>: 256 bits with
/// AVX2, 128 bits elsewhere, and plain loops without intrinsics.
/// </remarks>
internal static unsafe class Lanes
{
    /// <summary>Reads <paramref name="count"/> elements, fewer than a vector has, and zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Vector<float> Load(float* source, int count)
    {
        Debug.Assert(count < Vector<float>.Count);
        Vector<float> lanes = default;
        for (int i = 0; i < count; i++)
        {
            ((float*)&lanes)[i] = source[i];
        }

        return lanes;
    }

    /// <summary>Writes the first <paramref name="count"/> elements.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Store(Vector<float> lanes, float* target, int count)
    {
        for (int i = 0; i < count; i++)
        {
            target[i] = ((float*)&lanes)[i];
        }
    }
}
