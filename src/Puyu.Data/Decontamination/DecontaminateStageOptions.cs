namespace Puyu.Data.Decontamination;

/// <summary>Which evaluation sets documents are compared with.</summary>
public sealed record DecontaminateStageOptions
{
    /// <summary>The file that <c>puyu data build-decontamination</c> wrote.</summary>
    public required string Index { get; init; }
}
