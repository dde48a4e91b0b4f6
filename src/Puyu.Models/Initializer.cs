using System.Runtime.InteropServices;
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

    /// <summary>Draws one parameter, in the memory of a host.</summary>
    public static void Initialize(Parameter parameter, ModelConfig config, InitializationOptions options, ulong seed)
    {
        switch (parameter.Group)
        {
            case ParameterGroup.Norm:
                Fill(parameter.Value, static (_, _, _) => (1, 1), default);
                break;
            case ParameterGroup.Bias:
                Fill(parameter.Value, static (_, _, _) => (0, 0), default);
                break;
            default:
                bool isResidualOutput = parameter.Name.EndsWith(".attention.output.weight", StringComparison.Ordinal)
                    || parameter.Name.EndsWith(".feed_forward.down.weight", StringComparison.Ordinal);
                double scale = isResidualOutput && options.ScalesResidualOutputs ? 1 / Math.Sqrt(2.0 * config.Layers) : 1;
                Fill(parameter.Value, NormalPair, new Draw(seed, StreamOf(parameter.Name), config.InitializerRange * scale));
                break;
        }
    }

    /// <summary>FNV-1a hash of a name, the stream of its draws.</summary>
    /// <remarks>Source: Fowler, Noll and Vo; 64-bit offset basis and prime.</remarks>
    private static ulong StreamOf(string name)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte value in Encoding.UTF8.GetBytes(name))
        {
            hash = (hash ^ value) * 0x100000001B3;
        }

        return hash;
    }
}
