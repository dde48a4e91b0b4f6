namespace Puyu.Cli.Quickstart;

/// <summary>What the evaluation measured.</summary>
internal sealed record EvaluationResults
{
    /// <summary>Compression of the random held-out documents by the pre-trained model.</summary>
    public required CompressionFacts HeldOut { get; init; }

    /// <summary>Compression of the held-out namespace; null for a corpus without one.</summary>
    public CompressionFacts? HeldOutNamespace { get; init; }

    /// <summary>Choosing summaries of the random held-out members; null for a corpus of plain documents.</summary>
    public ChoiceFacts? HeldOutChoice { get; init; }

    /// <summary>Choosing summaries of the held-out namespace; null for a corpus without one.</summary>
    public ChoiceFacts? NamespaceChoice { get; init; }

    /// <summary>Questions about the first held-out members with the model's answers: not chosen by quality.</summary>
    public required IReadOnlyList<SampleAnswer> Samples { get; init; }
}
