namespace Puyu.Inference.Constraints;

/// <summary>Where calls return to, innermost first. Equal ones are the same object.</summary>
/// <param name="id">Tells stacks apart.</param>
/// <param name="returnState">Where the innermost call returns to.</param>
/// <param name="parent">The calls around it; null for the two bottoms.</param>
internal sealed class CallStack(long id, int returnState, CallStack? parent)
{
    /// <summary>No call: what ends here ends the text.</summary>
    public static CallStack Bottom { get; } = new(0, -1, null);

    /// <summary>Calls that are not known: what ends here goes on nobody knows where.</summary>
    public static CallStack Unknown { get; } = new(1, -1, null);

    /// <summary>Tells stacks apart.</summary>
    public long Id => id;

    /// <summary>Where the innermost call returns to.</summary>
    public int ReturnState => returnState;

    /// <summary>The calls around it; null for the two bottoms.</summary>
    public CallStack? Parent => parent;
}
