using System.Text;
using Puyu.Abstractions;
using Puyu.Tensors;

namespace Puyu.Models;

/// <summary>
/// Draws fresh weights. What a parameter gets depends on the seed and its name alone, so neither the order of the
/// parameters nor who else there is matters.
/// </summary>
/// <remarks>
/// <code>
///   matrices and embeddings ~ N(0, σ²),  σ = InitializerRange, by 1/√(2L) less for residual outputs
///   norms = 1,  biases = 0
/// </code>
/// Normal numbers by Box and Muller's transform, both branches, from one counter value a pair.
/// </remarks>
internal static class Initializer
{
    private const double UnitPer53Bits = 1.0 / (1UL << 53);
    private const int ChunkLength = 1024;

    /// <summary>Draws one parameter, in the memory of a host.</summary>
    public static void Initialize(Parameter parameter, ModelConfig config, InitializationOptions options, ulong seed)
    {
        ulong stream = StreamOf(parameter.Name);
        double deviation = DeviationOf(parameter.Name, config, options);
        Span<float> chunk = stackalloc float[ChunkLength];
        for (int first = 0; first < parameter.Count; first += ChunkLength)
        {
            Span<float> part = chunk[..(int)Math.Min(ChunkLength, parameter.Count - first)];
            switch (parameter.Group)
            {
                case ParameterGroup.Norm:
                    part.Fill(1);
                    break;
                case ParameterGroup.Bias:
                    part.Clear();
                    break;
                default:
                    DrawNormal(part, deviation, seed, stream, first / 2);
                    break;
            }

            Store(part, parameter.Value, first);
        }
    }

    /// <summary>Standard deviation of a matrix or an embedding.</summary>
    public static double DeviationOf(string name, ModelConfig config, InitializationOptions options) =>
        options.ScalesResidualOutputs && IsResidualOutput(name)
            ? config.InitializerRange / Math.Sqrt(2.0 * config.Layers)
            : config.InitializerRange;

    /// <summary>FNV-1a hash of a name, the stream of its draws.</summary>
    /// <remarks>Source: Fowler, Noll and Vo; 64-bit offset basis and prime.</remarks>
    public static ulong StreamOf(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ value) * 0x100000001B3;
        }

        return hash;
    }

    private static bool IsResidualOutput(string name) =>
        name.EndsWith(".attention.output.weight", StringComparison.Ordinal)
        || name.EndsWith(".feed_forward.down.weight", StringComparison.Ordinal);

    /// <summary>Draws pairs from <paramref name="firstPair"/> on; an odd last one loses its second half.</summary>
    private static void DrawNormal(Span<float> numbers, double deviation, ulong seed, ulong stream, long firstPair)
    {
        for (int i = 0; i < numbers.Length; i += 2)
        {
            UInt128 block = CounterRandom.Block(seed, stream, (ulong)(firstPair + (i / 2)));
            double u = 1 - (((ulong)block >> 11) * UnitPer53Bits);
            double angle = 2 * Math.PI * ((ulong)(block >> 64) >> 11) * UnitPer53Bits;
            double radius = deviation * Math.Sqrt(-2 * Math.Log(u));
            (double sine, double cosine) = Math.SinCos(angle);
            numbers[i] = (float)(radius * cosine);
            if (i + 1 < numbers.Length)
            {
                numbers[i + 1] = (float)(radius * sine);
            }
        }
    }

    private static void Store(ReadOnlySpan<float> numbers, Tensor value, int first)
    {
        switch (value.DType)
        {
            case DType.F32:
                numbers.CopyTo(value.Span<float>()[first..]);
                break;
            case DType.BF16:
                Convert(numbers, value.Span<BFloat16>()[first..], static number => (BFloat16)number);
                break;
            default:
                Convert(numbers, value.Span<Half>()[first..], static number => (Half)number);
                break;
        }
    }

    private static void Convert<T>(ReadOnlySpan<float> numbers, Span<T> target, Func<float, T> convert)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            target[i] = convert(numbers[i]);
        }
    }
}
