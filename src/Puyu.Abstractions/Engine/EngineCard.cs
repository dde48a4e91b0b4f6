namespace Puyu.Abstractions.Engine;

/// <summary>What a model is and can do.</summary>
public sealed record EngineCard
{
    /// <summary>Name that requests use.</summary>
    public required string Name { get; init; }

    /// <summary>Tokens of prompt and completion together at most.</summary>
    public required int ContextLength { get; init; }

    /// <summary>Number of token ids.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Numbers of an embedding.</summary>
    public required int EmbeddingSize { get; init; }

    /// <summary>When the model was loaded.</summary>
    public required DateTimeOffset Loaded { get; init; }

    /// <summary>Whether the model has a chat template.</summary>
    public bool Chats { get; init; }

    /// <summary>How the model writes calls of tools; null if it was not made for them.</summary>
    public ToolCallSyntax? ToolCalls { get; init; }

    /// <summary>Options that the model's authors recommend, from its generation configuration.</summary>
    public SamplingOptions Sampling { get; init; } = new();

    /// <summary>Names of the adapters that are loaded.</summary>
    public IReadOnlyList<string> Adapters { get; init; } = [];

    /// <summary>Storage of the weights in words, e.g. <c>int4, groups of 128</c>.</summary>
    public string Weights { get; init; } = "";

    /// <summary>Bytes of weights that a decoded token reads; 0 if the engine does not say.</summary>
    public long WeightBytes { get; init; }

    /// <summary>Storage of the key-value cache in words.</summary>
    public string Cache { get; init; } = "";
}
