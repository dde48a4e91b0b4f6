namespace Puyu.Inference.Speculation;

/// <summary>A token that is proposed before the model has seen it.</summary>
/// <param name="TokenId">Its id.</param>
/// <param name="Probabilities">
/// Those it was drawn with, shape [V]; empty where it was proposed for certain: by prompt lookup, a constraint, or the
/// most likely token of a draft model.
/// </param>
internal readonly record struct DraftedToken(int TokenId, ReadOnlyMemory<float> Probabilities)
{
    /// <summary>Nothing is proposed.</summary>
    public static DraftedToken None { get; } = new(-1, default);
}
