using System.Runtime.InteropServices;

namespace Puyu.Tensors;

/// <summary>
/// The definitions of the ops as loops in double precision: slow, and what every other backend is compared with. A user
/// who doubts a number runs the same program on it.
/// </summary>
public sealed partial class ReferenceBackend : HostBackend
{
    /// <inheritdoc/>
    public override string Name => "reference";

    /// <summary>The elements as doubles.</summary>
    internal static double[] Doubles(Tensor x)
    {
        double[] doubles = new double[x.Count];
        switch (x.DType)
        {
            case DType.F32:
                Widen(x.Span<float>(), doubles, static value => value);
                break;
            case DType.BF16:
                Widen(x.Span<BFloat16>(), doubles, static value => (float)value);
                break;
            case DType.F16:
                Widen(x.Span<Half>(), doubles, static value => (double)value);
                break;
            default:
                throw new ShapeException($"{x} must hold real numbers");
        }

        return doubles;
    }

    /// <summary>Rounds doubles to the elements of an F32 tensor.</summary>
    internal static void Store(ReadOnlySpan<double> doubles, Tensor x)
    {
        Span<float> floats = MemoryMarshal.Cast<byte, float>(Overwrite(x));
        for (int i = 0; i < doubles.Length; i++)
        {
            floats[i] = (float)doubles[i];
        }
    }

    private static unsafe Span<byte> Overwrite(Tensor x) => new(x.OverwritePointer<byte>(), checked((int)x.Bytes));

    private static void Widen<T>(ReadOnlySpan<T> source, Span<double> target, Func<T, double> widen)
    {
        for (int i = 0; i < source.Length; i++)
        {
            target[i] = widen(source[i]);
        }
    }
}
