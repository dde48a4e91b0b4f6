using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Puyu.Tensors;

/// <summary>Vectors of fewer elements than a register holds: a remainder goes through the code of the loop.</summary>
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

    /// <summary>Reads <paramref name="count"/> elements, fewer than a vector has, and zeros.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static T Load<T>(float* source, int count)
        where T : struct, IFloatVector<T>
    {
        Debug.Assert(count < T.Count);
        float* lanes = stackalloc float[T.Count];
        new Span<float>(lanes, T.Count).Clear();
        new ReadOnlySpan<float>(source, count).CopyTo(new Span<float>(lanes, T.Count));
        return T.Load(lanes);
    }

    /// <summary>Writes the first <paramref name="count"/> elements.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static void Store<T>(T vector, float* target, int count)
        where T : struct, IFloatVector<T>
    {
        float* lanes = stackalloc float[T.Count];
        vector.Store(lanes);
        new ReadOnlySpan<float>(lanes, count).CopyTo(new Span<float>(target, count));
    }
}
