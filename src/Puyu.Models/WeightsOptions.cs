using Puyu.Abstractions;
using Puyu.Tensors.Quantization;

namespace Puyu.Models;

/// <summary>How weights are kept in memory. What a file has quantized stays as the file has it.</summary>
public sealed record WeightsOptions
{
    /// <summary>How matrices of real numbers inside the blocks are rounded; null keeps them as they are.</summary>
    public QuantScheme? Matrices { get; init; }

    /// <summary>
    /// How the output is rounded, and with it the embedding where the two are one; null keeps it as it is.
    /// </summary>
    public QuantScheme? Output { get; init; }

    /// <summary>
    /// Folder in which packed weights are kept, to be mapped the next time; null for none. It may be deleted whenever
    /// no model is loaded from it.
    /// </summary>
    public string? CacheFolder { get; init; }

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A scheme is out of range, or the folder has no name.</exception>
    public WeightsOptions Validated()
    {
        _ = Matrices?.Validated();
        _ = Output?.Validated();
        var problems = new Problems(nameof(WeightsOptions));
        problems.Require(CacheFolder is not "", CacheFolder, "must be a folder or null");
        problems.ThrowIfAny();
        return this;
    }
}
