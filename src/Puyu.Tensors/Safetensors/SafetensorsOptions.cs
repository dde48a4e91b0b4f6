using Puyu.Abstractions;

namespace Puyu.Tensors.Safetensors;

/// <summary>How tensors are written.</summary>
public sealed record SafetensorsOptions
{
    /// <summary>Storage type of tensors of real numbers in the file; null keeps that of each tensor.</summary>
    public DType? Floats { get; init; }

    /// <summary>Elements of one shard, in bytes; a single larger tensor gets a shard of its own.</summary>
    public long MaxShardBytes { get; init; } = 5_000_000_000;

    /// <summary>Free-form strings kept with the tensors.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <exception cref="OptionsException">A value is out of range.</exception>
    public SafetensorsOptions Validated()
    {
        var problems = new Problems(nameof(SafetensorsOptions));
        problems.Require(Floats is null || Floats.Value.IsFloat(), Floats, "must be F32, BF16, F16 or null");
        problems.Require(MaxShardBytes > 0, MaxShardBytes, "must be positive");
        problems.ThrowIfAny();
        return this;
    }

    /// <summary>Storage type that a tensor has in the file.</summary>
    internal DType DTypeOf(Tensor tensor) =>
        Floats is { } floats && tensor.DType.IsFloat() ? floats : tensor.DType;
}
