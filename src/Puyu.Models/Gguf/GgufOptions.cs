using Puyu.Abstractions;

namespace Puyu.Models.Gguf;

/// <summary>How a model is written to a GGUF file.</summary>
public sealed record GgufOptions
{
    /// <summary>Storage of matrices and of the embedding; norms and biases are F32.</summary>
    public GgufType Type { get; init; } = GgufType.Q80;

    /// <summary>
    /// Storage of the output; null for Q8_0 where <see cref="Type"/> has fewer bits, else the same. The output decides
    /// between near tokens, so it is the last matrix to save on.
    /// </summary>
    public GgufType? OutputType { get; init; }

    /// <summary>Keys of the tokenizer, as <c>GgufTokenizer.Describe</c> gives them; empty for none.</summary>
    public IReadOnlyList<KeyValuePair<string, object>> Tokenizer { get; init; } = [];

    /// <summary>Returns these options, or throws with everything wrong with them.</summary>
    /// <param name="config">The model: rows must be whole blocks.</param>
    /// <exception cref="OptionsException">A type is unknown, or its blocks do not divide the rows.</exception>
    public GgufOptions Validated(ModelConfig config)
    {
        var problems = new Problems(nameof(GgufOptions));
        RequireBlocks(problems, Type, nameof(Type), config.HiddenSize, nameof(config.HiddenSize));
        RequireBlocks(problems, Type, nameof(Type), config.IntermediateSize, nameof(config.IntermediateSize));
        RequireBlocks(problems, Type, nameof(Type), config.Heads * config.HeadDim, "Heads × HeadDim");
        RequireBlocks(problems, Output, nameof(OutputType), config.HiddenSize, nameof(config.HiddenSize));
        problems.ThrowIfAny();
        return this;
    }

    /// <summary>Storage of the output.</summary>
    internal GgufType Output => OutputType ?? (BlockFormat.Of(Type).HoldsCodes ? GgufType.Q80 : Type);

    private static void RequireBlocks(Problems problems, GgufType type, string name, int length, string lengthName)
    {
        bool isKnown = BlockFormat.TryFind((uint)type, out BlockFormat? format);
        problems.Require(
            isKnown && length % format!.Weights == 0, type,
            isKnown
                ? $"needs rows of a multiple of {format!.Weights}, and {lengthName} is {length}"
                : $"must be one of {BlockFormat.Supported}",
            name);
    }
}
